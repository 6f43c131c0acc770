import { setTimeout as timer } from "node:timers/promises";

/** Source of time. Wall time is for people and absolute deadlines, monotonic time for every duration. */
export interface Clock {
  /** Wall time, ms since 1970. May jump. */
  nowMs(): number;
  /** Monotonic time, ms from an arbitrary start. Never goes back. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. Sleeps do not keep a process alive on their own account when `unref` is asked for. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  // The one of node:timers/promises costs several times as much, and hot paths gather what they have to say for a moment.
  sleep: (ms, signal) =>
    signal === undefined ? new Promise((resolve) => setTimeout(resolve, ms)) : timer(ms, undefined, { signal }),
};

/** Wall time as RFC 3339 in UTC, as it appears in views, events and rows. */
export const rfc3339 = (ms: number): string => new Date(ms).toISOString();

/** Wall time as HTTP headers have it (RFC 9110). */
export const httpDate = (ms: number): string => new Date(ms).toUTCString();

/** Ms since 1970 of an RFC 3339 text (the server writes nanoseconds); 0 when it is none. */
export function parseTimeMs(text: string): number {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? 0 : ms;
}
