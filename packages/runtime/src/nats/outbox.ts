/**
 * What may go out a moment later: acknowledgements, which nobody waits for. A connection writes to its socket in every turn in which something
 * is published, and that call is the dearest part of a hop on both ends of the wire; so these share the write of the next record, or go out
 * together when none comes.
 */
import type { NatsConnection } from "@nats-io/transport-node";
import type { Logger } from "pino";
import { messageOf } from "../errors.ts";

/** Longest wait for somebody else's write. What is lost with the process meanwhile is delivered again, as after any lost acknowledgement. */
const LIMIT_MS = 2;

interface Posted {
  readonly subject: string;
  readonly body: string;
}

export class Outbox {
  readonly #nc: Pick<NatsConnection, "publish">;
  readonly #logger: Logger;
  #posted: Posted[] = [];
  #isDue = false;

  constructor(nc: Pick<NatsConnection, "publish">, logger: Logger) {
    this.#nc = nc;
    this.#logger = logger;
  }

  /** Goes out with the next {@link flush}, after 2 ms at most, in the order in which it was posted. Never throws; may be lost. */
  post(subject: string, body: string): void {
    this.#posted.push({ subject, body });
    if (this.#isDue) return;
    this.#isDue = true;
    setTimeout(() => {
      this.#isDue = false;
      this.flush();
    }, LIMIT_MS);
  }

  /** Publishes what waits. Whoever publishes something of its own in the same turn shares one write with it. */
  flush(): void {
    if (this.#posted.length === 0) return;
    const posted = this.#posted;
    this.#posted = [];
    for (const { subject, body } of posted) {
      try {
        this.#nc.publish(subject, body);
      } catch (error) {
        // A closed connection: the server gives to somebody else what was not acknowledged.
        this.#logger.debug({ reason: messageOf(error), subject }, "not published");
      }
    }
  }
}
