/**
 * Virtual time of a simulation, and the processes that live in it. What is due happens in order, and all that it wakes has run before the next
 * thing happens: so a run is the same for the same seed, and an hour of it takes as long as its events.
 */
import { nextTick } from "node:process";
import type { Clock } from "../clock.ts";

interface Due {
  readonly atMs: number;
  readonly order: number;
  happen(): void;
}

export class SimTime {
  #nowMs = 0;
  #order = 0;
  /** A heap: the earliest first, of equal ones the one that was set first. */
  readonly #due: Due[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Something happens so many ms from now. */
  after(ms: number, happen: () => void): void {
    const due = this.#due;
    due.push({ atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, happen });
    for (let at = due.length - 1; at > 0; ) {
      const up = (at - 1) >> 1;
      if (!this.#swapIfEarlier(at, up)) break;
      at = up;
    }
  }

  /** Lets everything happen that is due until then, or until `isOver` says so. */
  async run(untilMs: number, isOver: () => boolean = () => false): Promise<void> {
    await settled();
    for (let next = this.#due[0]; next !== undefined && next.atMs <= untilMs && !isOver(); next = this.#due[0]) {
      this.#takeFirst();
      this.#nowMs = next.atMs;
      next.happen();
      await settled();
    }
    if (!isOver()) this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  #takeFirst(): void {
    const due = this.#due;
    const last = due.pop();
    if (last === undefined || due.length === 0) return;
    due[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const down = this.#isEarlier(right, left) ? right : left;
      if (!this.#swapIfEarlier(down, at)) return;
      at = down;
    }
  }

  #isEarlier(a: number, b: number): boolean {
    const [one, other] = [this.#due[a], this.#due[b]];
    if (one === undefined || other === undefined) return false;
    return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
  }

  #swapIfEarlier(a: number, b: number): boolean {
    const [one, other] = [this.#due[a], this.#due[b]];
    if (one === undefined || other === undefined || !this.#isEarlier(a, b)) return false;
    this.#due[a] = other;
    this.#due[b] = one;
    return true;
  }
}

/** All that waits for a promise which is resolved by now has run. */
const settled = (): Promise<void> => new Promise((resolve) => nextTick(resolve));

/** One process: while it is stopped nothing happens in it, and all that was due comes at once when it goes on; once it is killed nothing comes. */
export class SimProcess {
  readonly name: string;
  readonly #time: SimTime;
  /** What was due while it was stopped; `undefined` while it runs. */
  #missed: (() => void)[] | undefined;
  #isDead = false;
  /** Whether its network swallows everything. */
  isCutOff = false;
  /** By how much its wall clock is wrong, ms. */
  skewMs = 0;

  constructor(name: string, time: SimTime) {
    this.name = name;
    this.#time = time;
  }

  get isDead(): boolean {
    return this.#isDead;
  }
  get isRunning(): boolean {
    return !this.#isDead && this.#missed === undefined;
  }

  kill(): void {
    this.#isDead = true;
    this.#missed = undefined;
  }

  stop(): void {
    if (!this.#isDead) this.#missed ??= [];
  }

  goOn(): void {
    const missed = this.#missed ?? [];
    this.#missed = undefined;
    for (const happen of missed) this.#time.after(0, () => this.#do(happen));
  }

  /** Something happens in it so many ms from now. */
  after(ms: number, happen: () => void): void {
    this.#time.after(ms, () => this.#do(happen));
  }

  /** The wall starts in 2025; the monotonic clock goes on while the process is stopped. */
  get clock(): Clock {
    return {
      nowMs: () => WALL_MS + this.#time.nowMs + this.skewMs,
      monotonicMs: () => this.#time.nowMs,
      sleep: (ms, signal) => this.#sleep(ms, signal),
    };
  }

  #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => reject(new Error("aborted", { cause: signal?.reason }));
      if (signal?.aborted === true) return stop();
      signal?.addEventListener("abort", stop, { once: true });
      this.after(ms, () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      });
    });
  }

  #do(happen: () => void): void {
    if (this.#isDead) return;
    if (this.#missed === undefined) happen();
    else this.#missed.push(happen);
  }
}

const WALL_MS = 1_750_000_000_000;
