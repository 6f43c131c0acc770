import type { Clock, TaskId } from "@troupe/runtime/internal";

const RATE_WINDOW_S = 10;

/** The tasks that this gateway started and that have not ended as far as it knows. A soft figure: lost notices are found by {@link stale}. */
export class InFlight {
  readonly #clock: Clock;
  /** By task, when it was last seen to run; oldest first. */
  readonly #since = new Map<TaskId, number>();
  /** Ends by monotonic second, the last ten. */
  readonly #ends = new Map<number, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get count(): number {
    return this.#since.size;
  }

  started(task: TaskId): void {
    this.#since.set(task, this.#clock.monotonicMs());
  }

  /** Returns whether it was one of ours. */
  ended(task: TaskId): boolean {
    if (!this.#since.delete(task)) return false;
    const second = this.#second();
    this.#ends.set(second, (this.#ends.get(second) ?? 0) + 1);
    for (const old of this.#ends.keys()) if (old <= second - RATE_WINDOW_S) this.#ends.delete(old);
    return true;
  }

  /** Tasks that were last looked at more than `ageMs` ago, at most `limit`: their end may have been missed. They count as looked at now. */
  stale(ageMs: number, limit: number): readonly TaskId[] {
    const nowMs = this.#clock.monotonicMs();
    const found: TaskId[] = [];
    for (const [task, sinceMs] of this.#since) {
      if (nowMs - sinceMs < ageMs || found.length >= limit) break;
      found.push(task);
    }
    for (const task of found) {
      this.#since.delete(task);
      this.#since.set(task, nowMs);
    }
    return found;
  }

  /** Ends a second over the last ten. */
  endedPerSecond(): number {
    const from = this.#second() - RATE_WINDOW_S;
    let count = 0;
    for (const [second, ends] of this.#ends) if (second > from) count += ends;
    return count / RATE_WINDOW_S;
  }

  #second(): number {
    return Math.floor(this.#clock.monotonicMs() / 1_000);
  }
}
