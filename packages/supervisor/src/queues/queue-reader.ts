import { type ConsumerInfo, jetstreamManager } from "@nats-io/jetstream";
import { directGetNext, type Link, type Subjects } from "@troupe/runtime/internal";

/** A mailbox's durable as the server tells it. */
export interface QueueState {
  readonly shard: number;
  readonly durable: string;
  readonly version: string;
  readonly mailbox: string;
  readonly filter: string;
  /** Messages that nobody has been given yet. */
  readonly waiting: number;
  /** Messages that somebody holds. */
  readonly inFlight: number;
  /** Every message up to this sequence is dealt with. */
  readonly ackedUpTo: number;
  readonly deliveredUpTo: number;
  readonly consumerSequence: number;
}

/** Whether a stored message of the mailbox is surely dealt with: below the ack floor, or delivered and nothing is outstanding. */
export function isSurelyAcked(queue: QueueState, sequence: number): boolean {
  if (sequence <= queue.ackedUpTo) return true;
  return queue.waiting === 0 && queue.inFlight === 0 && sequence <= queue.deliveredUpTo;
}

/** Reads the state of every mailbox; one request for 256 of them. */
export class QueueReader {
  readonly #link: Link;
  readonly #subjects: Subjects;
  readonly #shards: number;
  /** What was found last by durable: it holds for as long as nothing more is delivered. */
  readonly #oldest = new Map<string, { readonly deliveredUpTo: number; readonly storedAtMs: number }>();

  constructor(link: Link, subjects: Subjects, shards: number) {
    this.#link = link;
    this.#subjects = subjects;
    this.#shards = shards;
  }

  /** All mailboxes of all versions. The observer's own consumers are none. */
  async read(): Promise<readonly QueueState[]> {
    const manager = await jetstreamManager(this.#link.nc, { checkAPI: false });
    const queues: QueueState[] = [];
    for (let shard = 0; shard < this.#shards; shard++) {
      for await (const info of manager.consumers.list(this.#subjects.logStream(shard))) {
        const queue = queueOf(shard, info);
        if (queue) queues.push(queue);
      }
    }
    return queues;
  }

  /** When the oldest message that nobody has been given was stored, ms since 1970; `undefined` when none waits. */
  async oldestWaiting({ shard, durable, filter, deliveredUpTo }: QueueState): Promise<number | undefined> {
    const stream = this.#subjects.logStream(shard);
    const key = `${stream}/${durable}`;
    const known = this.#oldest.get(key);
    if (known?.deliveredUpTo === deliveredUpTo) return known.storedAtMs;
    const message = await directGetNext(this.#link, stream, filter, deliveredUpTo + 1);
    if (message === undefined) this.#oldest.delete(key);
    else this.#oldest.set(key, { deliveredUpTo, storedAtMs: message.storedAtMs });
    return message?.storedAtMs;
  }
}

function queueOf(shard: number, info: ConsumerInfo): QueueState | undefined {
  const durable = info.config.durable_name;
  const split = durable === undefined ? undefined : /^(v\d+)-(.+)$/.exec(durable);
  const [, version, mailbox] = split ?? [];
  if (durable === undefined || version === undefined || mailbox === undefined) return undefined;
  return {
    shard,
    durable,
    version,
    mailbox,
    filter: info.config.filter_subject ?? "",
    waiting: info.num_pending,
    inFlight: info.num_ack_pending,
    ackedUpTo: info.ack_floor.stream_seq,
    deliveredUpTo: info.delivered.stream_seq,
    consumerSequence: info.delivered.consumer_seq,
  };
}
