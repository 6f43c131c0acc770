import type { Clock } from "../clock.ts";
import type { HeldDelivery } from "./ipc.ts";

/** Changes are gathered for this long, so that quick hops, taken and released in between, cost no message at all. */
const GATHER_MS = 2;

/**
 * The deliveries that a host has in hand, told to its node as changes: the node can give them back the moment the host dies, and tell the
 * supervisor which deliveries are alive.
 */
export class HeldDeliveries {
  readonly #clock: Clock;
  readonly #tell: (taken: HeldDelivery[], released: HeldDelivery[]) => void;
  readonly #held = new Set<HeldDelivery>();
  readonly #taken = new Set<HeldDelivery>();
  readonly #released: HeldDelivery[] = [];
  #isGathering = false;

  constructor(clock: Clock, tell: (taken: HeldDelivery[], released: HeldDelivery[]) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  get size(): number {
    return this.#held.size;
  }

  take(delivery: HeldDelivery): void {
    this.#held.add(delivery);
    this.#taken.add(delivery);
    this.#gather();
  }

  /** Takes the object that was given to `take`: this is the hot path, so no keys are made. */
  release(delivery: HeldDelivery): void {
    if (!this.#held.delete(delivery) || this.#taken.delete(delivery)) return;
    this.#released.push(delivery);
    this.#gather();
  }

  /** Tells what has changed since the last time, if anything. */
  flush(): void {
    if (this.#taken.size === 0 && this.#released.length === 0) return;
    const taken = [...this.#taken];
    this.#taken.clear();
    this.#tell(taken, this.#released.splice(0));
  }

  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    void this.#flushSoon();
  }

  async #flushSoon(): Promise<void> {
    await this.#clock.sleep(GATHER_MS);
    this.#isGathering = false;
    this.flush();
  }
}
