import type { ActorFailure, ReportedFailure } from "../contracts/control.ts";

/** Enough for a host with many actors that died at once; the oldest are forgotten first. */
const REMEMBERED = 64;
/** Long enough for the next leader to hear of them. */
const REPORTED_FOR_MS = 5 * 60_000;

interface Noted {
  readonly number: number;
  readonly generation: number;
  readonly atMs: number;
  readonly failure: ActorFailure;
}

/** The newest failures of a node's actors, each reported again and again: heartbeats may be lost. Times are monotonic. */
export class FailureLog {
  #noted: readonly Noted[] = [];
  #count = 0;

  add(failure: ActorFailure, generation: number, nowMs: number): void {
    const noted = { number: ++this.#count, generation, atMs: nowMs, failure };
    this.#noted = [...this.#noted, noted].slice(-REMEMBERED);
  }

  recent(nowMs: number): readonly ReportedFailure[] {
    return this.#noted
      .filter(({ atMs }) => nowMs - atMs < REPORTED_FOR_MS)
      .map(({ number, generation, atMs, failure }) => ({
        ...failure,
        number,
        generation,
        agoMs: Math.max(0, Math.round(nowMs - atMs)),
      }));
  }
}
