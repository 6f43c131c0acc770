import type { RetryPolicy } from "../contracts/system.ts";

/**
 * Delay before the attempt after number `attempt` (from 1), ms: uniform between 0 and the doubled ceiling ("full jitter"), so that what
 * failed together does not come back together. `unit` is a random number in [0, 1).
 */
export function retryDelayMs(policy: RetryPolicy, attempt: number, unit: number): number {
  const ceilingMs = Math.min(policy.maxMs, policy.baseMs * policy.factor ** (attempt - 1));
  return Math.round(unit * ceilingMs);
}
