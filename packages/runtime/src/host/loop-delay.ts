import { monitorEventLoopDelay } from "node:perf_hooks";

/** Watches how late this process's event loop runs. */
export interface LoopDelay {
  /** 99th percentile since the last call, ms. */
  p99Ms(): number;
  stop(): void;
}

const RESOLUTION_MS = 10;

export function watchLoopDelay(): LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return {
    p99Ms() {
      const ms = histogram.percentile(99) / 1e6;
      histogram.reset();
      // The histogram counts its own sampling interval as delay.
      return Number.isFinite(ms) ? Math.max(0, ms - RESOLUTION_MS) : 0;
    },
    stop: () => histogram.disable(),
  };
}
