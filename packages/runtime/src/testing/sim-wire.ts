import type { Random } from "../random.ts";
import type { SimProcess, SimTime } from "./sim-time.ts";

/** How often what goes over the network, or is read, goes wrong; 0 to 1. */
export interface SimNetwork {
  /** A request, an answer, or a message gets lost; half as often each comes late. */
  readonly lostRate: number;
  /** A read is answered by a replica that has not seen the newest writes. */
  readonly staleRate: number;
}

export const CALM: SimNetwork = { lostRate: 0, staleRate: 0 };

const LONGEST_LAG_MS = 300;
const TIMEOUT_MS = 1_000;
const LATEST_MS = 8_000;
const SLOWEST_MS = 20;

/** The way between processes and a simulated server: requests get lost, and answers, and both come long after they were given up. */
export class SimWire {
  readonly #time: SimTime;
  readonly #random: Random;
  network: SimNetwork = CALM;

  constructor(time: SimTime, random: Random) {
    this.#time = time;
    this.#random = random;
  }

  /** Whether a message of a process, or to it, arrives; drawn anew with each call. */
  isLost(process: SimProcess): boolean {
    return process.isCutOff || this.#random.unit() < this.network.lostRate;
  }

  /** How long a message is under way, ms. */
  delayMs(): number {
    const isLate = this.#random.unit() < this.network.lostRate / 2;
    return this.#random.unit() * (isLate ? LATEST_MS : SLOWEST_MS);
  }

  /** Whether a read shows an older state; drawn anew with each call. */
  isStale(): boolean {
    return this.#random.unit() < this.network.staleRate;
  }

  /** How old the state is that a read shows, ms; drawn anew with each call. */
  lagMs(): number {
    return this.isStale() ? this.#random.unit() * LONGEST_LAG_MS : 0;
  }

  /** A request of a process that the server acts on when it comes there. `undefined`: nobody answered in time, and whether it came is not known. */
  ask<T>(process: SimProcess, act: () => T): Promise<T | undefined> {
    return new Promise((resolve) => {
      process.after(TIMEOUT_MS, () => resolve(undefined));
      this.send(process, () => {
        const answer = act();
        if (!this.isLost(process)) process.after(this.delayMs(), () => resolve(answer));
      });
    });
  }

  /** A message of a process, on which the server acts if it comes there. */
  send(process: SimProcess, act: () => void): void {
    if (!this.isLost(process)) this.#time.after(this.delayMs(), act);
  }

  /** A message to a process. */
  deliver(process: SimProcess, happen: () => void): void {
    if (!this.isLost(process)) process.after(this.delayMs(), happen);
  }
}
