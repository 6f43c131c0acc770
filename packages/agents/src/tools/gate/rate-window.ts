/** How many calls began in the last minute, by the second: small however many there are, and never fewer than there were. Pure. */

/** Calls by the second in which they began, oldest first. */
export type RateWindow = readonly (readonly [second: number, calls: number])[];

/** A second more than a minute: a call of the oldest second may have begun at its end. */
const SECONDS = 61;

export type RateDecision =
  | { readonly isAdmitted: true; readonly window: RateWindow }
  | { readonly isAdmitted: false; readonly retryAfterMs: number };

/** Counts one more call at `nowMs`, or says how long none may begin. */
export function admitCall(window: RateWindow, limit: number, nowMs: number): RateDecision {
  const second = Math.floor(nowMs / 1_000);
  const kept = window.filter(([at]) => at > second - SECONDS);
  const calls = kept.reduce((sum, [, count]) => sum + count, 0);
  if (calls >= limit) {
    const freeAt = freedAt(kept, calls - limit + 1);
    return { isAdmitted: false, retryAfterMs: Math.max(1, (freeAt + SECONDS) * 1_000 - nowMs) };
  }
  const last = kept.at(-1);
  // A clock that went back, or another node's that is ahead: counted with the newest second, so that the order stays.
  if (last === undefined || last[0] < second) return { isAdmitted: true, window: [...kept, [second, 1]] };
  return { isAdmitted: true, window: [...kept.slice(0, -1), [last[0], last[1] + 1]] };
}

/** The second with whose going `needed` calls are forgotten. */
function freedAt(window: RateWindow, needed: number): number {
  let freed = 0;
  for (const [second, calls] of window) {
    freed += calls;
    if (freed >= needed) return second;
  }
  return window.at(-1)?.[0] ?? 0;
}
