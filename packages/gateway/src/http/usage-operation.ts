import { USAGE_KEYS, UsageAnswer } from "@troupe/runtime/internal";
import { z } from "zod";
import type { Operation } from "./operation.ts";

/** Days and what usage is looked at by, as a query has it. */
export const UsageQuery = z.strictObject({
  by: z
    .string()
    .max(64)
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(USAGE_KEYS)).min(1).max(USAGE_KEYS.length))
    .optional()
    .meta({
      description: `Any of ${USAGE_KEYS.join(", ")}, with commas; default day,model.`,
      examples: ["role,model"],
    }),
  from: z.iso.date().optional().meta({ description: "First day (UTC)." }),
  to: z.iso.date().optional().meta({ description: "Last day." }),
});

export const USAGE_OPERATION: Operation = {
  id: "readUsage",
  method: "GET",
  path: "/api/v1/usage",
  permission: "metrics:read",
  summary: "What model calls used and cost, of the last 30 days; where callers sign in, of their own tenant.",
  query: UsageQuery,
  success: { status: 200, description: "One line for each combination, sorted.", schema: UsageAnswer },
  errors: ["invalid_request", "unavailable"],
};
