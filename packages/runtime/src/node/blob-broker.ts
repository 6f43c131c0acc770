import type { Clock } from "../clock.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { TroupeError } from "../errors.ts";
import { type BlobRef, createBlobs } from "../nats/blobs.ts";
import type { Link } from "../nats/connection.ts";
import { createPublisher } from "../nats/publisher.ts";

/** Reads large bodies for hosts, which have no rights on their store; on a connection of its own, so that heartbeats never wait. */
export class BlobBroker {
  readonly #openLink: () => Promise<Link>;
  readonly #subjects: Subjects;
  readonly #clock: Clock;
  #link: Promise<Link> | undefined;
  #isClosed = false;

  /** Nothing is opened before the first body is asked for. */
  constructor(openLink: () => Promise<Link>, subjects: Subjects, clock: Clock) {
    this.#openLink = openLink;
    this.#subjects = subjects;
    this.#clock = clock;
  }

  /** The bytes, checked against their hash. Throws `malformed_record` when they are not what was stored, `unavailable`. */
  async get(ref: BlobRef): Promise<Uint8Array> {
    const link = await this.#connected();
    const publisher = createPublisher(link, { clock: this.#clock });
    try {
      return await createBlobs({ link, publisher, subjects: this.#subjects }).get(ref);
    } finally {
      publisher.close();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const link = await this.#link?.catch(() => undefined);
    await link?.close();
  }

  #connected(): Promise<Link> {
    if (this.#isClosed) return Promise.reject(new TroupeError("unavailable", "the node is leaving"));
    const link = (this.#link ??= this.#openLink());
    // The next one asks again.
    link.catch(() => {
      this.#link = undefined;
    });
    return link;
  }
}
