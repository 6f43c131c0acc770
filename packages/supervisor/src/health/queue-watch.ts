import type { QueueReader, QueueState } from "../queues/queue-reader.ts";

/** Most queues whose oldest message is looked up in one round. */
const QUEUES_A_ROUND = 32;

/** The state of all mailboxes as of the last round. */
export class QueueWatch {
  readonly #reader: QueueReader;
  #queues: readonly QueueState[] = [];
  #oldestWaitingMs: number | undefined;

  constructor(reader: QueueReader) {
    this.#reader = reader;
  }

  get queues(): readonly QueueState[] {
    return this.#queues;
  }

  /** When the oldest message that waits anywhere was stored, ms since 1970. */
  get oldestWaitingMs(): number | undefined {
    return this.#oldestWaitingMs;
  }

  /** One round. Throws `unavailable`; the last state then stands. */
  async look(): Promise<void> {
    const queues = await this.#reader.read();
    const waiting = queues.filter((queue) => queue.waiting > 0).slice(0, QUEUES_A_ROUND);
    const ages = await Promise.all(waiting.map((queue) => this.#reader.oldestWaiting(queue)));
    const known = ages.filter((atMs) => atMs !== undefined);
    this.#queues = queues;
    this.#oldestWaitingMs = known.length > 0 ? Math.min(...known) : undefined;
  }
}
