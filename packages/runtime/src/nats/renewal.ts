import type { NatsConnection } from "@nats-io/transport-node";
import type { Clock } from "../clock.ts";
import { isWithin } from "../within.ts";
import type { Outbox } from "./outbox.ts";

/** Asks the server for nothing more. Resolves, with what takes it up again, when everything that was asked for has come or has ended. */
export type StandAside = () => Promise<() => void>;

const RECONNECT_LIMIT_MS = 5_000;

interface RenewalPorts {
  readonly nc: NatsConnection;
  readonly outbox: Pick<Outbox, "flush">;
  readonly clock: Clock;
}

/**
 * Gives a connection to the server up for a new one, so that newer credentials count before the older ones end. A message that the server
 * sends into a connection that ends is nobody's for the whole of `ack_wait`; so those who take messages stand aside meanwhile.
 */
export class Renewal {
  readonly #nc: NatsConnection;
  readonly #outbox: Pick<Outbox, "flush">;
  readonly #clock: Clock;
  readonly #aside = new Set<StandAside>();

  constructor({ nc, outbox, clock }: RenewalPorts) {
    this.#nc = nc;
    this.#outbox = outbox;
    this.#clock = clock;
  }

  /** Has somebody stand aside at every renewal. Returns how to end that. */
  add(standAside: StandAside): () => void {
    this.#aside.add(standAside);
    return () => void this.#aside.delete(standAside);
  }

  /** Resolves when the new connection is there, or after 5 s without one: it is then tried for as ever. */
  async renew(): Promise<void> {
    if (this.#nc.isClosed()) return;
    const goOn = await Promise.all([...this.#aside].map((standAside) => standAside()));
    const back = this.#reconnected();
    try {
      this.#outbox.flush();
      // The library writes what it was given a moment later.
      await this.#clock.sleep(0);
      await this.#nc.reconnect();
      await isWithin(this.#clock, RECONNECT_LIMIT_MS, back);
    } finally {
      for (const again of goOn) again();
    }
  }

  async #reconnected(): Promise<void> {
    for await (const { type } of this.#nc.status()) if (type === "reconnect" || type === "close") return;
  }
}
