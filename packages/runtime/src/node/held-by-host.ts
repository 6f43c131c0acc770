import type { HeldChange, HeldDelivery } from "../host/ipc.ts";

interface Mailbox {
  readonly stream: string;
  readonly durable: string;
  /** Stream sequences by consumer sequence. */
  readonly held: Map<number, number>;
}

/** The deliveries that a host has in hand, as it tells its node. */
export class HeldByHost {
  readonly #mailboxes = new Map<string, Mailbox>();

  all(): HeldDelivery[] {
    return [...this.#mailboxes.values()].flatMap(({ stream, durable, held }) =>
      [...held].map(([consumerSequence, streamSequence]) => ({ stream, durable, streamSequence, consumerSequence })),
    );
  }

  apply(changes: readonly HeldChange[]): void {
    for (const change of changes) this.#applyOne(change);
  }

  #applyOne({ stream, durable, taken, released }: HeldChange): void {
    const { held } = this.#mailbox(stream, durable);
    for (let i = 0; i + 1 < taken.length; i += 2) held.set(taken[i + 1] ?? 0, taken[i] ?? 0);
    for (const consumerSequence of released) held.delete(consumerSequence);
  }

  #mailbox(stream: string, durable: string): Mailbox {
    const key = `${stream}.${durable}`;
    const known = this.#mailboxes.get(key) ?? { stream, durable, held: new Map<number, number>() };
    this.#mailboxes.set(key, known);
    return known;
  }
}
