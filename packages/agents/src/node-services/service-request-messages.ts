import { z } from "zod";

/** The node's service that asks NATS services for hosts, which may not. */
export const SERVICE_REQUEST_SERVICE = "service_request";

/** `tool` names a tool of the role; its subject is that of the deployment. `taint` is what the hop says that its task carries. */
export const ServiceRequestQuestion = z.strictObject({
  tool: z.string().min(1).max(64),
  arguments: z.json(),
  timeoutMs: z
    .int()
    .min(1)
    .max(20 * 60_000),
  idempotencyKey: z.string().min(1).max(256),
  taint: z.array(z.string().max(64)).max(64),
});

export const ServiceRequestAnswer = z.strictObject({ body: z.json() });
