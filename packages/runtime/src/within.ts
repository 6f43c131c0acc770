import type { Clock } from "./clock.ts";

/** Whether it settles within the limit, ms; it is not ended by the limit. Rejects when it rejects in time. */
export async function isWithin(clock: Clock, limitMs: number, awaited: Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  const tooLate = clock.sleep(limitMs, over.signal).then(
    () => false,
    () => false,
  );
  try {
    return await Promise.race([awaited.then(() => true), tooLate]);
  } finally {
    over.abort();
  }
}
