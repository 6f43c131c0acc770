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
  /** Tries in all while another model is at hand: a caller has more of the other model than of a third and fourth try. */
  readonly attemptsWithFallback: number;
}

export const DEFAULT_MODEL_RETRY: ModelRetryPolicy = {
  attempts: 4,
  baseMs: 500,
  factor: 2,
  maxMs: 8_000,
  retryAfterCapMs: 60_000,
  attemptsWithFallback: 2,
};

const WHY = { refused: "refused", endless: "not asked again", open: "not asked" } as const;

export type RetryDecision =
  | { readonly retry: true; readonly delayMs: number }
  | { readonly retry: false; readonly why: string };

/** What else counts for a retry. */
export interface RetryScope {
  /** Ms until the task's deadline; `undefined` = none. */
  readonly remainingMs?: number | undefined;
  /** Another model is asked if this one gives up. */
  readonly hasFallback?: boolean | undefined;
}

/**
 * Whether to try again after try number `attempt` (from 1) failed. The endpoint's own wish goes before the backoff (full jitter, `unit`
 * in [0, 1)), and nothing is waited for that the deadline would cut off. A rate limit is not waited for when another model is at hand.
 */
export function decideRetry(
  failure: ModelFailure,
  attempt: number,
  policy: ModelRetryPolicy,
  unit: number,
  { remainingMs, hasFallback = false }: RetryScope = {},
): RetryDecision {
  if (failure.kind === "refused" || failure.kind === "endless" || failure.kind === "open") {
    return { retry: false, why: WHY[failure.kind] };
  }
  if (hasFallback && failure.kind === "rate_limited") return { retry: false, why: "rate limited" };
  const attempts = hasFallback ? Math.min(policy.attempts, policy.attemptsWithFallback) : policy.attempts;
  if (attempt >= attempts) return { retry: false, why: attempt === 1 ? "1 try failed" : `${attempt} tries failed` };
  if (failure.retryAfterMs !== undefined && failure.retryAfterMs > policy.retryAfterCapMs) {
    return { retry: false, why: `the endpoint asks to wait ${Math.ceil(failure.retryAfterMs / 1_000)} s` };
  }
  const backoffMs = Math.floor(unit * Math.min(policy.maxMs, policy.baseMs * policy.factor ** (attempt - 1)));
  const delayMs = failure.retryAfterMs ?? backoffMs;
  if (remainingMs !== undefined && delayMs >= remainingMs) return { retry: false, why: "the deadline comes first" };
  return { retry: true, delayMs };
}
