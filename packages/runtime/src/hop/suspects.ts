import type { Clock } from "../clock.ts";
import { isWithin } from "../within.ts";

/** How long a suspect runs without others of its kind; long enough for most that kill to do so. Most are innocent. */
const APART_MS = 5_000;
/** Longest wait for a turn. */
const PATIENCE_MS = 60_000;

/**
 * Lets messages whose last executor died run one after another in a process. Of several that ran when a process died only one is to blame;
 * run together again, the others would be found beside two dead executors as well, and be parked as poison.
 */
export class Suspects {
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when it is the caller's turn. Returns what to call at the end; the turn passes on by then at the latest. */
  async enter(): Promise<() => void> {
    if (this.#isTaken) await this.#turn();
    this.#isTaken = true;
    const over = new AbortController();
    void this.#passOnAfter(over.signal);
    return () => over.abort();
  }

  async #passOnAfter(over: AbortSignal): Promise<void> {
    // It ends early by the signal, which is the only way a sleep rejects.
    await this.#clock.sleep(APART_MS, over).catch(() => undefined);
    this.#isTaken = false;
    this.#waiting.shift()?.();
  }

  async #turn(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    await isWithin(this.#clock, PATIENCE_MS, promise);
    const place = this.#waiting.indexOf(resolve);
    if (place >= 0) this.#waiting.splice(place, 1);
  }
}
