import { z } from "zod";

/** The node's service that counts calls of tools, for all nodes together. */
export const TOOL_RATE_SERVICE = "tool_rate";

/** May one more call of this tool begin? The limit is that of the role's manifest. */
export const ToolRateQuestion = z.strictObject({ tool: z.string().min(1).max(64) });

export const ToolRateAnswer = z.union([
  z.strictObject({ isAdmitted: z.literal(true) }),
  z.strictObject({ isAdmitted: z.literal(false), retryAfterMs: z.number().min(0) }),
]);
export type ToolRateAnswer = z.infer<typeof ToolRateAnswer>;
