import type { Clock, TaskId } from "@troupe/runtime/internal";

const RATE_WINDOW_S = 10;

/**
 * The tasks that this gateway started and that have not ended as far as it knows, and the places kept for those that it is about to start: by
 * their number it admits more.
 */
export class InFlight {
  readonly #clock: Clock;
  readonly #running = new Set<TaskId>();
  #kept = 0;
  /** Ends by monotonic second, the last ten. */
  readonly #ends = new Map<number, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get count(): number {
    return this.#running.size + this.#kept;
  }

  /** Keeps a place for a task that is not started yet; the function that is returned gives it up, once. */
  keepPlace(): () => void {
    this.#kept++;
    let isKept = true;
    return () => {
      if (isKept) this.#kept--;
      isKept = false;
    };
  }

  started(task: TaskId): void {
    this.#running.add(task);
  }

  /** Returns whether it was one of ours. */
  ended(task: TaskId): boolean {
    if (!this.#running.delete(task)) return false;
    const second = this.#second();
    this.#ends.set(second, (this.#ends.get(second) ?? 0) + 1);
    for (const old of this.#ends.keys()) if (old <= second - RATE_WINDOW_S) this.#ends.delete(old);
    return true;
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
