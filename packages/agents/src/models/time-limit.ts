import type { Clock } from "@troupe/runtime";
import { BrokenAnswerError } from "./failure.ts";

/** How long a model may be silent. */
export interface SilenceLimits {
  /** From the request to the first piece of the answer. */
  readonly firstTokenMs: number;
  /** Between two pieces. */
  readonly gapMs: number;
}

export const DEFAULT_SILENCE_LIMITS: SilenceLimits = { firstTokenMs: 60_000, gapMs: 30_000 };

/** The promise's value, or `BrokenAnswerError` when `ms` pass first. The promise itself goes on: whoever calls aborts it. */
export async function withinLimit<T>(promise: Promise<T>, ms: number, clock: Clock, what: string): Promise<T> {
  const settled = new AbortController();
  const late = clock.sleep(ms, settled.signal).then(() => {
    throw new BrokenAnswerError(`${what} within ${ms} ms`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    settled.abort(new Error("settled"));
  }
}
