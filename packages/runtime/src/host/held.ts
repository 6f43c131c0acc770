import type { Clock } from "../clock.ts";
import type { HeldChange, HeldDelivery } from "./ipc.ts";

/** Changes are gathered for this long, so that quick hops, taken and released in between, cost no message at all. */
const GATHER_MS = 2;

/** One delivery in hand. */
export interface Hold {
  readonly delivery: HeldDelivery;
  isTold: boolean;
  isReleased: boolean;
}

/**
 * The deliveries that a host has in hand, told to its node as changes: the node can give them back the moment the host dies, and tell the
 * supervisor which deliveries are alive.
 */
export class HeldDeliveries {
  readonly #clock: Clock;
  readonly #tell: (changes: HeldChange[]) => void;
  #taken: Hold[] = [];
  #released: HeldDelivery[] = [];
  #size = 0;
  #isGathering = false;

  constructor(clock: Clock, tell: (changes: HeldChange[]) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  get size(): number {
    return this.#size;
  }

  /** Returns what {@link release} wants: this is the hot path, so nothing is looked up. */
  take(delivery: HeldDelivery): Hold {
    const hold: Hold = { delivery, isTold: false, isReleased: false };
    this.#size++;
    this.#taken.push(hold);
    this.#gather();
    return hold;
  }

  /** Does nothing the second time. */
  release(hold: Hold): void {
    if (hold.isReleased) return;
    hold.isReleased = true;
    this.#size--;
    if (!hold.isTold) return;
    this.#released.push(hold.delivery);
    this.#gather();
  }

  /** Tells what has changed since the last time, if anything. */
  flush(): void {
    const changes: HeldChange[] = [];
    for (const hold of this.#taken) {
      if (hold.isReleased) continue;
      hold.isTold = true;
      changeAt(changes, hold.delivery).taken.push(hold.delivery.streamSequence, hold.delivery.consumerSequence);
    }
    for (const delivery of this.#released) changeAt(changes, delivery).released.push(delivery.consumerSequence);
    this.#taken = [];
    this.#released = [];
    if (changes.length > 0) this.#tell(changes);
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

/** What has changed in a delivery's mailbox; a host has few of those. */
function changeAt(changes: HeldChange[], { stream, durable }: HeldDelivery): HeldChange {
  const known = changes.find((change) => change.durable === durable && change.stream === stream);
  if (known) return known;
  const change: HeldChange = { stream, durable, taken: [], released: [] };
  changes.push(change);
  return change;
}
