import type { Clock } from "../clock.ts";
import type { BlobRef } from "../contracts/blob-body.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { TroupeError } from "../errors.ts";
import { type Blobs, createBlobs } from "../nats/blobs.ts";
import { readBundle } from "../nats/bundles.ts";
import type { Link } from "../nats/connection.ts";
import type { ContentRef } from "../nats/content.ts";
import { createPublisher } from "../nats/publisher.ts";
import { OnDemand } from "../on-demand.ts";

/** Reads and stores what is large for hosts, which have no rights on its store; on a connection of its own, so that heartbeats never wait. */
export class BlobBroker implements Blobs {
  readonly #subjects: Subjects;
  readonly #clock: Clock;
  readonly #link: OnDemand<Link>;
  #isClosed = false;

  /** Nothing is opened before the first body is read or stored. */
  constructor(openLink: () => Promise<Link>, subjects: Subjects, clock: Clock) {
    this.#link = new OnDemand(openLink);
    this.#subjects = subjects;
    this.#clock = clock;
  }

  /** The bytes, checked against their hash. Throws `malformed_record` when they are not what was stored, `unavailable`. */
  get(ref: BlobRef): Promise<Uint8Array> {
    return this.#with((blobs) => blobs.get(ref));
  }

  /** Throws `body_too_large`, `store_full`, `unavailable`. */
  put(role: string, bytes: Uint8Array): Promise<BlobRef> {
    return this.#with((blobs) => blobs.put(role, bytes));
  }

  /** The code of a deployed system. Throws `malformed_record` when it is not what was stored, `unavailable`. */
  async bundle(bundle: ContentRef): Promise<Uint8Array> {
    return readBundle(await this.#connected(), this.#subjects, bundle);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const link = await this.#link.ifOpened();
    await link?.close();
  }

  async #with<T>(use: (blobs: Blobs) => Promise<T>): Promise<T> {
    const link = await this.#connected();
    const publisher = createPublisher(link, { clock: this.#clock });
    try {
      return await use(createBlobs({ link, publisher, subjects: this.#subjects }));
    } finally {
      publisher.close();
    }
  }

  #connected(): Promise<Link> {
    if (this.#isClosed) return Promise.reject(new TroupeError("unavailable", "the node is leaving"));
    return this.#link.get();
  }
}
