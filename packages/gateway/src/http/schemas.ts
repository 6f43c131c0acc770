/** Bodies of the HTTP interface as schemas: requests are parsed by them, the OpenAPI document is generated from them. */
import { ERRORS, TaskRequest } from "@troupe/runtime/internal";
import { z } from "zod";

export const SubmitBody = TaskRequest.extend({
  role: z.string().min(1).max(256).meta({ description: "The role that gets the task; one of the system's doors." }),
}).meta({ description: "A task: who gets it, what it is about, and how it is treated." });

const status = z.enum(["accepted", "running", "waiting", "completed", "failed", "cancelled", "expired", "rejected"]);
const taskId = z.string().meta({ examples: ["0-v1-01jd3m8q5x7c9v2k4n6p8r0t2w"] });
const time = z.string().meta({ format: "date-time" });

export const AcceptedResponse = z.object({
  task_id: taskId,
  status: z.literal("accepted"),
  duplicate: z
    .boolean()
    .optional()
    .meta({ description: "An earlier request with this idempotency key made the task." }),
});

const ErrorResponse = z.object({
  code: z.enum(Object.keys(ERRORS)),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

export const TaskResponse = z.object({
  task_id: taskId,
  status,
  role: z.string(),
  result: z.unknown().optional(),
  error: ErrorResponse.optional(),
  path: z.array(
    z.object({
      role: z.string(),
      node: z.string(),
      ms: z.number().meta({ description: "Time that its executors ran." }),
      attempts: z.int().meta({ description: "More than 1 when it was taken over." }),
    }),
  ),
  tokens: z.object({ input: z.int(), output: z.int(), total: z.int() }),
  cost: z.number().meta({ description: "US dollars." }),
  created_at: time,
  finished_at: time.optional(),
  session: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});

export const CancelResponse = z.object({ task_id: taskId, status: z.literal("cancelled") });
export const SignalBody = z.strictObject({ name: z.string().min(1).max(128), value: z.json() });
export const SignalResponse = z.object({ task_id: taskId, signal: z.string(), delivered: z.literal(true) });

export const LogResponse = z.object({
  task_id: taskId,
  records: z.array(z.record(z.string(), z.unknown())),
  next: z.int().optional().meta({ description: "`after` of the next page; absent on the last." }),
});

const wholeNumber = z.coerce.number().pipe(z.int().min(0));
export const EventsQuery = z.strictObject({ after: wholeNumber.optional() });
export const LogQuery = z.strictObject({
  after: wholeNumber.optional(),
  limit: wholeNumber.pipe(z.int().min(1).max(1_000)).optional(),
});
export const ListQuery = z.strictObject({
  status: status.optional(),
  limit: wholeNumber.pipe(z.int().min(1).max(1_000)).optional(),
  cursor: z.string().max(512).optional(),
});

export const HealthResponse = z.object({
  status: z.enum(["healthy", "degraded", "critical"]),
  parts: z.array(z.object({ name: z.string(), up: z.boolean(), required: z.boolean(), text: z.string() })),
});

export const ProblemResponse = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  code: z.enum(Object.keys(ERRORS)),
  remedy: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ message: z.string(), type: z.string(), param: z.string().nullable(), code: z.string() }),
});
