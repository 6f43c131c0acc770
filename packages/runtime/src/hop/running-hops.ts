/**
 * The hops that run in one process, and the tasks known to have ended. One timer for all of them instead of one a message: it says
 * `working()` for what runs, aborts what runs too long, and forgets ended tasks after a while.
 */
import type { Clock } from "../clock.ts";
import type { HopId, TaskId } from "../ids.ts";
import { Slots } from "../slots.ts";
import type { Progress } from "./progress.ts";

/**
 * Why a running hop is aborted from outside. `ended` acks the delivery, `drain` and `restarted` give it back, `timeout` and `stuck` are failed
 * attempts of its handler; `disconnected` leaves it to another executor.
 */
export type AbortCause = "ended" | "timeout" | "stuck" | "drain" | "restarted" | "disconnected";

/** One hop that runs. `abort` must not throw. */
export interface RunningHop {
  readonly task: TaskId;
  readonly hop: HopId;
  /** The instance that runs it. */
  readonly instance: object;
  readonly timeoutAtMs: number;
  readonly progress: Progress;
  workingAtMs: number;
  working(): void;
  /** `why`: what a handler is taken for stuck for. */
  abort(cause: AbortCause, why?: string): void;
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

/** A tick that comes so late means that the whole process stood still. */
const STANDSTILL_MS = 500;
/** Ended tasks remembered at most; an older one costs a read when it is delivered, no more. */
const MAX_REMEMBERED = 100_000;

export class RunningHops {
  readonly #clock: Clock;
  readonly #workingEveryMs: number;
  readonly #rememberMs: number;
  readonly #tickMs: number;
  readonly #running = new Slots<RunningHop>();
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
      const beforeMs = this.#clock.monotonicMs();
      try {
        await this.#clock.sleep(this.#tickMs, signal);
      } catch {
        return; // aborted: the only way a sleep rejects
      }
      const lateMs = this.#clock.monotonicMs() - beforeMs - this.#tickMs;
      // What one handler blocks, or who stops the process, is not the others' silence.
      if (lateMs > STANDSTILL_MS) for (const run of this.#running) run.progress.stoodStill(lateMs);
      this.tick();
    }
  }

  /** One round: pulses, time-outs, stuck handlers, forgetting. */
  tick(): void {
    const now = this.#clock.monotonicMs();
    for (const run of this.#running) {
      const stuck = run.progress.stuck(now);
      if (now >= run.timeoutAtMs) run.abort("timeout");
      else if (stuck !== undefined) run.abort("stuck", stuck);
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

  /** Aborts and gives back what an instance runs, since it is to be replaced. */
  abortOf(instance: object): void {
    for (const run of this.#running) if (run.instance === instance) run.abort("restarted");
  }

  /** Longest time that something of an instance has shown no progress; `undefined` = it runs nothing. */
  silentMs(instance: object): number | undefined {
    const now = this.#clock.monotonicMs();
    let longest: number | undefined;
    for (const run of this.#running) {
      if (run.instance === instance) longest = Math.max(longest ?? 0, run.progress.silentMs(now));
    }
    return longest;
  }

  /** Returns what {@link leave} wants. */
  enter(run: RunningHop): number {
    return this.#running.add(run);
  }

  leave(slot: number): void {
    this.#running.remove(slot);
  }
}
