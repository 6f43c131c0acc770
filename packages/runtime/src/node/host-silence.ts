import type { Clock } from "../clock.ts";

/** What tells that a host is alive. */
export interface Audible {
  /** Whether it has loaded its system: until then it may be silent. */
  readonly isReady: boolean;
  /** How many messages it has sent. */
  readonly words: number;
}

/**
 * Resolves with `true` once a host that reports every quarter of a second has been silent for `limitMs`: its event loop is blocked, or it is
 * stopped. Resolves with `false` when the signal aborts. A node that stood still itself has heard nobody, and counts anew.
 */
export async function fallsSilent(host: Audible, limitMs: number, clock: Clock, signal: AbortSignal): Promise<boolean> {
  const lookEveryMs = Math.min(1_000, limitMs / 4);
  let words = host.words;
  let heardMs = clock.monotonicMs();
  let lookedMs = heardMs;
  while (!signal.aborted) {
    // The only rejection is the signal's, which the loop's condition sees.
    await clock.sleep(lookEveryMs, signal).catch(() => undefined);
    const nowMs = clock.monotonicMs();
    const stoodStill = nowMs - lookedMs > 2 * lookEveryMs;
    lookedMs = nowMs;
    if (!host.isReady || host.words !== words || stoodStill) {
      words = host.words;
      heardMs = nowMs;
    } else if (nowMs - heardMs >= limitMs && !signal.aborted) return true;
  }
  return false;
}
