/**
 * The hops that run in one process, and the tasks known to have ended. One timer for all of them instead of one a message: it says
 * `working()` for what runs, aborts what runs too long, and forgets ended tasks after a while.
 */
import type { Clock } from "../clock.ts";
import type { HopId, TaskId } from "../ids.ts";

/** Why a running hop is aborted from outside. `ended` acks the delivery, `drain` gives it back; the others leave it to another executor. */
export type AbortCause = "ended" | "timeout" | "drain" | "disconnected";

/** One hop that runs. `abort` must not throw. */
export interface RunningHop {
  readonly task: TaskId;
  readonly hop: HopId;
  readonly timeoutAtMs: number;
  workingAtMs: number;
  working(): void;
  abort(cause: AbortCause): void;
}

export interface RunningHopsOptions {
  readonly clock: Clock;
  /** How often the store is told that a message is still worked on. Default 2 s, a third of `ack_wait`. */
  readonly workingEveryMs?: number;
  /** How long an ended task is remembered. Default 10 min. */
  readonly rememberMs?: number;
  /** Precision of time-outs. Default 100 ms. */
  readonly tickMs?: number;
}

/** Ended tasks remembered at most; an older one costs a read when it is delivered, no more. */
const MAX_REMEMBERED = 100_000;

export class RunningHops {
  readonly #clock: Clock;
  readonly #workingEveryMs: number;
  readonly #rememberMs: number;
  readonly #tickMs: number;
  readonly #running = new Set<RunningHop>();
  /** Task, or `<task>/<hop>` of a single called hop → when it was reported; oldest first. */
  readonly #ended = new Map<string, number>();

  constructor({ clock, workingEveryMs = 2_000, rememberMs = 600_000, tickMs = 100 }: RunningHopsOptions) {
    this.#clock = clock;
    this.#workingEveryMs = workingEveryMs;
    this.#rememberMs = rememberMs;
    this.#tickMs = tickMs;
  }

  get size(): number {
    return this.#running.size;
  }

  /** Ticks until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#clock.sleep(this.#tickMs, signal);
      } catch {
        return; // aborted: the only way a sleep rejects
      }
      this.tick();
    }
  }

  /** One round: pulses, time-outs, forgetting. */
  tick(): void {
    const now = this.#clock.monotonicMs();
    for (const run of this.#running) {
      if (now >= run.timeoutAtMs) run.abort("timeout");
      else if (now - run.workingAtMs >= this.#workingEveryMs) {
        run.workingAtMs = now;
        run.working();
      }
    }
    for (const [key, at] of this.#ended) {
      if (now - at < this.#rememberMs) break;
      this.#ended.delete(key);
    }
  }

  /** Takes note that a task, or only the named hops of it, has ended: aborts what runs of it and lets its deliveries be acked unrun. */
  end(task: TaskId, hops?: readonly HopId[]): void {
    const now = this.#clock.monotonicMs();
    const keys = hops === undefined ? [task] : hops.map((hop) => `${task}/${hop}`);
    for (const key of keys) {
      this.#ended.delete(key);
      this.#ended.set(key, now);
    }
    for (const key of this.#ended.keys()) {
      if (this.#ended.size <= MAX_REMEMBERED) break;
      this.#ended.delete(key);
    }
    for (const run of this.#running) {
      if (run.task === task && (hops === undefined || hops.includes(run.hop))) run.abort("ended");
    }
  }

  hasEnded(task: TaskId, hop: HopId): boolean {
    return this.#ended.size > 0 && (this.#ended.has(task) || this.#ended.has(`${task}/${hop}`));
  }

  /** Aborts everything that runs; used at the end of a drain's patience, and when the connection was away for too long. */
  abortAll(cause: "drain" | "disconnected"): void {
    for (const run of this.#running) run.abort(cause);
  }

  enter(run: RunningHop): void {
    this.#running.add(run);
  }

  leave(run: RunningHop): void {
    this.#running.delete(run);
  }
}
