import type { QueueReader, QueueState } from "../queues/queue-reader.ts";

/** Most queues whose oldest message is looked up in one round. */
const QUEUES_A_ROUND = 32;

/** The state of all mailboxes as of the last round. */
export class QueueWatch {
  readonly #reader: QueueReader;
  #queues: readonly QueueState[] = [];
  #oldestWaiting: ReadonlyMap<string, number> = new Map();

  constructor(reader: QueueReader) {
    this.#reader = reader;
  }

  get queues(): readonly QueueState[] {
    return this.#queues;
  }

  /** When the oldest message that waits for each `<version>/<mailbox>` was stored, ms since 1970. */
  get oldestWaiting(): ReadonlyMap<string, number> {
    return this.#oldestWaiting;
  }

  /** One round. Throws `unavailable`; the last state then stands. */
  async look(): Promise<void> {
    const queues = await this.#reader.read();
    const waiting = queues.filter((queue) => queue.waiting > 0).slice(0, QUEUES_A_ROUND);
    const ages = await Promise.all(waiting.map((queue) => this.#reader.oldestWaiting(queue)));
    const oldest = new Map<string, number>();
    for (const [i, { version, mailbox }] of waiting.entries()) {
      const atMs = ages[i];
      const key = `${version}/${mailbox}`;
      if (atMs !== undefined) oldest.set(key, Math.min(atMs, oldest.get(key) ?? atMs));
    }
    this.#queues = queues;
    this.#oldestWaiting = oldest;
  }
}
