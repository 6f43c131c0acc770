import { type Clock, type LoopDelay, watchLoopDelay } from "@troupe/runtime/internal";

/** Lateness of the own event loop up to which the observer trusts its eyes. */
const HEALTHY_LOOP_MS = 200;
/** How long after a reconnect of its own the observer is more patient. */
const RECONNECT_PATIENCE_MS = 10_000;
const MAX_STRETCH = 8;
/** A process whose timers come later than this has stood still, and heard nobody meanwhile. */
const STOOD_STILL_MS = 1_000;
/** Loop delays are kept for this many samples, so that one good second does not end the patience. */
const KEPT_SAMPLES = 5;

/** By which factor (1 to 8) an observer makes its limits longer: by how late its own loop runs, and twice after its own reconnect. */
export function stretchOf(loopP99Ms: number, sinceReconnectMs: number): number {
  const byLoop = Math.max(1, loopP99Ms / HEALTHY_LOOP_MS);
  const byReconnect = sinceReconnectMs < RECONNECT_PATIENCE_MS ? 2 : 1;
  return Math.min(MAX_STRETCH, byLoop * byReconnect);
}

/** How far the observer may trust its own view of others. */
export class ObserverHealth {
  readonly #clock: Clock;
  readonly #loop: LoopDelay;
  #samplesMs: readonly number[] = [];
  #reconnectedMs = Number.NEGATIVE_INFINITY;
  #pulseMs: number;

  constructor(clock: Clock, loop: LoopDelay = watchLoopDelay()) {
    this.#clock = clock;
    this.#loop = loop;
    this.#pulseMs = clock.monotonicMs();
  }

  get stretch(): number {
    const worstMs = this.#samplesMs.reduce((worst, sample) => Math.max(worst, sample), 0);
    return stretchOf(worstMs, this.#clock.monotonicMs() - this.#reconnectedMs);
  }

  /** For once a second: takes in how late the event loop runs. */
  sample(): void {
    this.#samplesMs = [...this.#samplesMs, this.#loop.p99Ms()].slice(-KEPT_SAMPLES);
  }

  /** For many times a second, and before each judgement: whether this process stood still since the last time, so that it heard nobody. */
  pulse(): boolean {
    const nowMs = this.#clock.monotonicMs();
    const stoodStill = nowMs - this.#pulseMs > STOOD_STILL_MS;
    this.#pulseMs = nowMs;
    return stoodStill;
  }

  reconnected(): void {
    this.#reconnectedMs = this.#clock.monotonicMs();
  }

  stop(): void {
    this.#loop.stop();
  }
}
