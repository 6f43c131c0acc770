/** Longer than any election of a stream's leader takes. */
const GIVEN_UP_AFTER_MS = 30_000;

/**
 * Notices a connection that stands and over which nothing is answered: the server that it leads to has lost the others without knowing. Times are
 * monotonic, ms.
 */
export class AnswerWatch {
  #silentSinceMs: number | undefined;

  answered(): void {
    this.#silentSinceMs = undefined;
  }

  /** A question of then had no answer. Whether the connection is to be given up now: once, and then not before so long again. */
  unanswered(askedMs: number, nowMs: number): boolean {
    this.#silentSinceMs ??= askedMs;
    if (nowMs - this.#silentSinceMs < GIVEN_UP_AFTER_MS) return false;
    this.#silentSinceMs = undefined;
    return true;
  }
}
