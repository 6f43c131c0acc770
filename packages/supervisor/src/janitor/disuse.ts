/** Which stored code has not been needed for a whole grace, and when to look what is stored. Times are monotonic, ms. Pure but for what it has seen. */
export class Disuse {
  readonly #graceMs: number;
  /** By hash. */
  readonly #sinceMs = new Map<string, number>();
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(graceMs: number) {
    this.#graceMs = graceMs;
  }

  /** These are needed at this moment, stored or not. */
  needed(hashes: Iterable<string>): void {
    for (const sha256 of hashes) this.#sinceMs.delete(sha256);
  }

  /** Whether to look now: at the beginning, and then every fourth part of the grace. */
  isLookDue(nowMs: number): boolean {
    return nowMs - this.#lookedMs >= this.#graceMs / 4;
  }

  /** Of what is stored and not needed, what has not been needed since a look that is a grace ago. */
  due(unneeded: readonly string[], nowMs: number): readonly string[] {
    for (const sha256 of this.#sinceMs.keys()) if (!unneeded.includes(sha256)) this.#sinceMs.delete(sha256);
    for (const sha256 of unneeded) if (!this.#sinceMs.has(sha256)) this.#sinceMs.set(sha256, nowMs);
    return unneeded.filter((sha256) => nowMs - (this.#sinceMs.get(sha256) ?? nowMs) >= this.#graceMs);
  }

  /** Everything that was due is gone; a look that came to nothing is made up for at once. */
  looked(nowMs: number): void {
    this.#lookedMs = nowMs;
  }
}
