/** Whether a running handler still gets on: signs of life are counted where they happen and timed by whoever looks, so that they cost nothing. */

/** How long an effect may be silent. */
export interface StuckLimits {
  /** From its beginning to the first sign of life. */
  readonly firstMs: number;
  /** From each sign to the next; absent = signs do not help, `firstMs` bounds the whole effect. */
  readonly gapMs?: number | undefined;
}

interface WatchedEffect {
  readonly name: string;
  readonly limits: StuckLimits;
  beganMs: number;
  readonly signsBefore: number;
}

export class Progress {
  readonly #stuckAfterMs: number | undefined;
  #signs = 0;
  #signsSeen = 0;
  #signMs: number;
  #watched: Set<WatchedEffect> | undefined;

  /** `stuckAfterMs`: longest silence outside of effects with limits of their own; absent = no limit. */
  constructor(nowMs: number, stuckAfterMs: number | undefined) {
    this.#signMs = nowMs;
    this.#stuckAfterMs = stuckAfterMs;
  }

  /** Something got on: a step begins or was recorded, a token came. */
  sign(): void {
    this.#signs++;
  }

  /** Runs an effect that may be silent for as long as its own limits say. */
  async watch<T>(name: string, limits: StuckLimits, nowMs: number, effect: () => Promise<T> | T): Promise<T> {
    const watched = { name, limits, beganMs: nowMs, signsBefore: this.#signs };
    this.#watched ??= new Set();
    this.#watched.add(watched);
    try {
      return await effect();
    } finally {
      this.#watched.delete(watched);
      this.sign();
    }
  }

  /** The process stood still for so long: nothing could give a sign. */
  stoodStill(ms: number): void {
    this.#signMs += ms;
    for (const effect of this.#watched ?? []) effect.beganMs += ms;
  }

  /** Time since the last sign, as far as looking now and then can tell. */
  silentMs(nowMs: number): number {
    if (this.#signs !== this.#signsSeen) {
      this.#signsSeen = this.#signs;
      this.#signMs = nowMs;
    }
    return Math.max(0, nowMs - this.#signMs);
  }

  /** Why it has to be taken for stuck, if it has. */
  stuck(nowMs: number): string | undefined {
    const silentMs = this.silentMs(nowMs);
    if (this.#watched === undefined || this.#watched.size === 0) {
      const limitMs = this.#stuckAfterMs;
      return limitMs !== undefined && silentMs >= limitMs ? `it showed no progress for ${limitMs} ms` : undefined;
    }
    for (const effect of this.#watched) {
      const why = this.#overdue(effect, nowMs, silentMs);
      if (why !== undefined) return why;
    }
    return undefined;
  }

  #overdue({ name, limits, beganMs, signsBefore }: WatchedEffect, nowMs: number, silentMs: number): string | undefined {
    const { firstMs, gapMs } = limits;
    if (gapMs !== undefined && this.#signs > signsBefore) {
      return silentMs >= gapMs ? `${name} showed no progress for ${gapMs} ms` : undefined;
    }
    if (nowMs - beganMs < firstMs) return undefined;
    return gapMs === undefined
      ? `${name} did not end within ${firstMs} ms`
      : `${name} gave no sign within ${firstMs} ms`;
  }
}
