import type { Clock, IngressDurable } from "@troupe/runtime/internal";

/** How old the server's word on a durable's backlog may be while nothing new arrives. */
const FRESH_MS = 2_000;

interface Class {
  /** What waited behind the last message, and how many were stored here since. */
  pending: number;
  stored: number;
  heardMs: number;
}

/** How many accepted tasks wait, as one gateway can know it: from the deliveries that it gets and what it stored itself. */
export class Backlog {
  readonly #clock: Clock;
  readonly #classes = new Map<IngressDurable, Class>();
  #held = 0;
  /** Until when those are away that were given back to wait for an actor, by task. */
  readonly #deferred = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A task is being stored to wait. */
  stored(durable: IngressDurable): void {
    const known = this.#class(durable);
    known.stored++;
    known.heardMs = this.#clock.monotonicMs();
  }

  /** It was not stored after all. */
  notStored(durable: IngressDurable): void {
    const known = this.#class(durable);
    known.stored = Math.max(0, known.stored - 1);
  }

  /** One was delivered here, with so many behind it. */
  taken(durable: IngressDurable, pending: number): void {
    this.#held++;
    this.#classes.set(durable, { pending, stored: 0, heardMs: this.#clock.monotonicMs() });
  }

  /** One that was held here has left. */
  left(): void {
    this.#held--;
  }

  /** A task that was held here waits elsewhere for a while. */
  defer(task: string, forMs: number): void {
    this.#deferred.set(task, this.#clock.monotonicMs() + forMs);
  }

  /** It is here again. */
  returned(task: string): void {
    this.#deferred.delete(task);
  }

  /** How many are away; one whose time is over has come back here, or to another gateway. */
  deferred(): number {
    const nowMs = this.#clock.monotonicMs();
    for (const [task, untilMs] of this.#deferred) if (untilMs < nowMs) this.#deferred.delete(task);
    return this.#deferred.size;
  }

  /** While messages are held here their number is exact; old words on the rest count only as long as the slots may be full. */
  count(): number {
    const nowMs = this.#clock.monotonicMs();
    let count = this.#held + this.deferred();
    for (const { pending, stored, heardMs } of this.#classes.values()) {
      if (this.#held > 0 || nowMs - heardMs < FRESH_MS) count += pending + stored;
    }
    return count;
  }

  #class(durable: IngressDurable): Class {
    const known = this.#classes.get(durable) ?? { pending: 0, stored: 0, heardMs: 0 };
    this.#classes.set(durable, known);
    return known;
  }
}
