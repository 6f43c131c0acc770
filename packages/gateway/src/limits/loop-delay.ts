import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 20;
const SAMPLE_MS = 500;
const NANOSECONDS_PER_MS = 1e6;

/** How late this process gets to its timers. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #timer: NodeJS.Timeout;
  #meanMs = 0;

  constructor() {
    this.#histogram.enable();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS).unref();
  }

  /** Mean over the last half second. */
  get meanMs(): number {
    return this.#meanMs;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }

  #sample(): void {
    const { mean } = this.#histogram;
    this.#meanMs = Number.isNaN(mean) ? 0 : Math.max(0, mean / NANOSECONDS_PER_MS - RESOLUTION_MS);
    this.#histogram.reset();
  }
}
