/** Bounded, jittered waiting between attempts at one and the same operation of the log. */
import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";
import { Ended } from "./signals.ts";

/** How long one operation is tried before the message is given back. */
const LIMIT_MS = 30_000;
const FIRST_MS = 2;
const LONGEST_MS = 500;

export class Patience {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #sinceMs: number;
  #ceilingMs = FIRST_MS;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
    this.#sinceMs = clock.monotonicMs();
  }

  /** Sleeps before the next attempt. Throws `Ended` `unavailable` once the limit is reached. */
  async again(reason: string): Promise<void> {
    if (this.#clock.monotonicMs() - this.#sinceMs >= LIMIT_MS) throw new Ended({ kind: "unavailable", reason });
    const delayMs = 1 + this.#random.unit() * this.#ceilingMs;
    this.#ceilingMs = Math.min(this.#ceilingMs * 2, LONGEST_MS);
    await this.#clock.sleep(delayMs);
  }
}
