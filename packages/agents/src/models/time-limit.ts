import type { Clock, ModelSpec } from "@troupe/runtime";
import { BrokenAnswerError } from "./failure.ts";

/** How long a model may be silent. */
export interface SilenceLimits {
  /** From the request to the first piece of the answer. */
  readonly firstTokenMs: number;
  /** Between two pieces. */
  readonly gapMs: number;
  /** For the whole answer, from the request on. */
  readonly answerMs: number;
}

/** The limits of an alias, with the defaults for those that it does not set. */
export function silenceLimits({ firstTokenMs, gapMs, answerMs }: NonNullable<ModelSpec["limits"]> = {}): SilenceLimits {
  return { firstTokenMs: firstTokenMs ?? 30_000, gapMs: gapMs ?? 20_000, answerMs: answerMs ?? 240_000 };
}

/** The promise's value, or `BrokenAnswerError` when `ms` pass first. The promise itself goes on: whoever calls aborts it. */
export async function withinLimit<T>(promise: Promise<T>, ms: number, clock: Clock, what: string): Promise<T> {
  const settled = new AbortController();
  const late = clock.sleep(ms, settled.signal).then(() => {
    throw new BrokenAnswerError(`${what} within ${Math.round(ms)} ms`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    settled.abort(new Error("settled"));
  }
}
