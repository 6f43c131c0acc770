import type { ModelFailure } from "./failure.ts";

/** Retries of model calls: the only layer that has any, so their number is what it says. */
export interface ModelRetryPolicy {
  /** Tries in all. */
  readonly attempts: number;
  readonly baseMs: number;
  readonly factor: number;
  readonly maxMs: number;
  /** Longest Retry-After that is waited for; beyond it the call fails at once and says how long the endpoint asked for. */
  readonly retryAfterCapMs: number;
}

export const DEFAULT_MODEL_RETRY: ModelRetryPolicy = {
  attempts: 4,
  baseMs: 500,
  factor: 2,
  maxMs: 8_000,
  retryAfterCapMs: 60_000,
};

export type RetryDecision =
  | { readonly retry: true; readonly delayMs: number }
  | { readonly retry: false; readonly why: string };

/**
 * Whether to try again after try number `attempt` (from 1) failed. The endpoint's own wish goes before the backoff (full jitter, `unit`
 * in [0, 1)), and nothing is waited for that the deadline would cut off.
 */
export function decideRetry(
  failure: ModelFailure,
  attempt: number,
  policy: ModelRetryPolicy,
  unit: number,
  remainingMs: number | undefined,
): RetryDecision {
  if (failure.kind === "refused") return { retry: false, why: "refused" };
  if (attempt >= policy.attempts) return { retry: false, why: `${attempt} tries failed` };
  if (failure.retryAfterMs !== undefined && failure.retryAfterMs > policy.retryAfterCapMs) {
    return { retry: false, why: `the endpoint asks to wait ${Math.ceil(failure.retryAfterMs / 1_000)} s` };
  }
  const backoffMs = Math.floor(unit * Math.min(policy.maxMs, policy.baseMs * policy.factor ** (attempt - 1)));
  const delayMs = failure.retryAfterMs ?? backoffMs;
  if (remainingMs !== undefined && delayMs >= remainingMs) return { retry: false, why: "the deadline comes first" };
  return { retry: true, delayMs };
}
