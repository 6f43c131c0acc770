/**
 * The circuit breaker of one model endpoint as a pure state machine: what a library offers reads the machine's clock and cannot be
 * stepped by a test, and this one must also know tries that were given up by their caller and say nothing about the endpoint.
 */

export type Breaker =
  | { readonly state: "closed"; readonly failures: number }
  | { readonly state: "open"; readonly untilMs: number }
  /** One try is on its way; all others wait for what becomes of it. */
  | { readonly state: "half_open"; readonly untilMs: number };

/** What a try says of the endpoint: it works, it does not, or nothing, because the caller gave up. */
export type TryResult = "success" | "failure" | "abandoned";

export interface BreakerPolicy {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** From opening to the next try. */
  readonly openMs: number;
}

export const DEFAULT_BREAKER: BreakerPolicy = { failures: 5, openMs: 60_000 };

export const CLOSED: Breaker = { state: "closed", failures: 0 };

export type Entry =
  | { readonly allowed: true; readonly next: Breaker }
  | { readonly allowed: false; readonly waitMs: number };

/** Whether a try may be made now. Times are monotonic ms. */
export function enterBreaker(breaker: Breaker, nowMs: number, policy: BreakerPolicy): Entry {
  if (breaker.state === "closed") return { allowed: true, next: breaker };
  if (nowMs < breaker.untilMs) return { allowed: false, waitMs: breaker.untilMs - nowMs };
  // A probe that never comes back must not keep the breaker shut for good: after as long again the next one goes.
  return { allowed: true, next: { state: "half_open", untilMs: nowMs + policy.openMs } };
}

/** The breaker after a try ended. */
export function afterTry(breaker: Breaker, result: TryResult, nowMs: number, policy: BreakerPolicy): Breaker {
  if (result === "success") return CLOSED;
  if (breaker.state === "open") return breaker; // a try from before it opened
  if (result === "abandoned") return breaker.state === "half_open" ? { state: "open", untilMs: nowMs } : breaker;
  if (breaker.state === "half_open") return { state: "open", untilMs: nowMs + policy.openMs };
  const failures = breaker.failures + 1;
  return failures >= policy.failures
    ? { state: "open", untilMs: nowMs + policy.openMs }
    : { state: "closed", failures };
}
