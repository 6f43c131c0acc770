/** Phi accrual (Hayashibara et al.): how unlikely it is that a node is alive, from its silence and from how regularly it was heard before. */

/** What is known of the pauses between a node's heartbeats, ms. */
export interface Intervals {
  readonly meanMs: number;
  readonly deviationMs: number;
}

/** Samples that are kept: the last 100 s at two heartbeats a second. */
const SAMPLES = 200;
/** Perfect regularity proves little: below this, a deviation is not believed. */
const MIN_DEVIATION_MS = 100;

/**
 * −log10 of the probability that a live node's next heartbeat is later than `silenceMs`: at 8, one in 100 million. `acceptedPauseMs` is the
 * pause beyond the usual that means nothing (a garbage collection, a busy machine). Rises with the silence, from 0 to infinity.
 */
export function phi(silenceMs: number, { meanMs, deviationMs }: Intervals, acceptedPauseMs: number): number {
  const y = (silenceMs - meanMs - acceptedPauseMs) / Math.max(deviationMs, MIN_DEVIATION_MS);
  // Logistic approximation of the normal distribution's tail; its error is below 0.02 %.
  const odds = Math.exp(-y * (1.5976 + 0.070566 * y * y));
  return odds === Number.POSITIVE_INFINITY ? 0 : -Math.log10(odds / (1 + odds));
}

/** The last pauses between a node's heartbeats. Before the first ones come it expects what the settings say, give or take a quarter. */
export class IntervalHistory {
  readonly #samplesMs: number[];

  constructor(expectedMs: number) {
    this.#samplesMs = [expectedMs * 0.75, expectedMs * 1.25];
  }

  add(intervalMs: number): void {
    this.#samplesMs.push(intervalMs);
    if (this.#samplesMs.length > SAMPLES) this.#samplesMs.shift();
  }

  get intervals(): Intervals {
    const count = this.#samplesMs.length;
    const meanMs = this.#samplesMs.reduce((sum, sample) => sum + sample, 0) / count;
    const variance = this.#samplesMs.reduce((sum, sample) => sum + (sample - meanMs) ** 2, 0) / count;
    return { meanMs, deviationMs: Math.sqrt(variance) };
  }
}
