/** How often a child may be restarted before somebody above decides, and how long to wait in between. */
export interface RestartIntensity {
  /** Restarts inside the window that are still answered with a restart. */
  readonly maxRestarts: number;
  readonly windowMs: number;
  /** Wait before the second restart in the window; doubled with each further one. The first is immediate. */
  readonly baseMs: number;
  readonly maxMs: number;
}

/** A crash now and then restarts at once; five in a minute is a crash loop. */
export const HOST_INTENSITY: RestartIntensity = { maxRestarts: 5, windowMs: 60_000, baseMs: 200, maxMs: 5_000 };

/** `restarts` is what the caller keeps for next time: the times of the restarts that still count. */
export type RestartDecision =
  | { readonly directive: "restart"; readonly delayMs: number; readonly restarts: readonly number[] }
  | { readonly directive: "escalate"; readonly restarts: readonly number[] };

/**
 * Decides what to do about a child that died at `nowMs` (monotonic). `unit` in [0, 1) spreads the waits, so that children
 * that died of one cause do not come back at one instant.
 */
export function decideRestart(
  past: readonly number[],
  nowMs: number,
  limit: RestartIntensity,
  unit: number,
): RestartDecision {
  const restarts = past.filter((at) => nowMs - at < limit.windowMs);
  if (restarts.length >= limit.maxRestarts) return { directive: "escalate", restarts };
  const full = restarts.length === 0 ? 0 : Math.min(limit.maxMs, limit.baseMs * 2 ** (restarts.length - 1));
  return { directive: "restart", delayMs: Math.round(full * (0.5 + unit / 2)), restarts: [...restarts, nowMs] };
}
