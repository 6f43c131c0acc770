import type { Load, LoadResult } from "../messages.ts";
import { quantile } from "../statistics.ts";

/** Longest time that a task may take before the measurement is called broken, ms. */
const STALL_MS = 10_000;

/**
 * Keeps `inFlight` tasks going: `start` begins one and resolves when it has ended. Tasks that end inside the window count, with
 * their whole time. Rejects when a task fails or none ends for 10 s.
 */
export async function closedLoop(load: Load, start: () => Promise<void>, onMeasuring: () => void): Promise<LoadResult> {
  const times: number[] = [];
  const began = performance.now();
  const opens = began + load.warmUpMs;
  const closes = opens + load.measureMs;
  const { promise: broken, reject } = Promise.withResolvers<never>();
  const stall = setTimeout(() => reject(new Error("tasks stopped ending")), closes - began + STALL_MS);
  const opening = setTimeout(onMeasuring, load.warmUpMs);
  const one = async (): Promise<void> => {
    for (let now = performance.now(); now < closes; ) {
      const from = now;
      await start();
      now = performance.now();
      if (now >= opens && now < closes) times.push(now - from);
    }
  };
  try {
    await Promise.race([Promise.all(Array.from({ length: load.inFlight }, one)), broken]);
  } finally {
    clearTimeout(stall);
    clearTimeout(opening);
  }
  if (times.length === 0) throw new Error("no task ended inside the window");
  return {
    finished: times.length,
    elapsedMs: load.measureMs,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
  };
}
