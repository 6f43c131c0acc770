/** What a role and its node's service `limits` say to one another. */
import { z } from "zod";
import { RateLimits } from "./rate-headers.ts";

export const LIMIT_SERVICE = "limits";

const id = z.string().min(1).max(64);

export const LimitQuestion = z.discriminatedUnion("op", [
  /** Waits for a turn at the provider of this alias. `tokens` = what the call may take. */
  z.strictObject({ op: z.literal("enter"), model: z.string().min(1).max(64), tokens: z.int().min(0).max(1e12) }),
  /**
   * The request is over: what the provider said of its limits, for how long it wants to be left alone, ms, whether the endpoint works, and
   * why not. Without `result` nothing was tried.
   */
  z.strictObject({
    op: z.literal("end"),
    turn: id,
    limits: RateLimits.optional(),
    restMs: z.number().min(0).max(600_000).optional(),
    result: z.enum(["success", "failure", "abandoned"]).optional(),
    reason: z.string().max(256).optional(),
  }),
]);
export type LimitQuestion = z.infer<typeof LimitQuestion>;

/** Answer to `enter`; to `end` it is `null`. */
export const LimitAnswer = z.strictObject({ turn: id });
