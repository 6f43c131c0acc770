import {
  AckPolicy,
  type ConsumerConfig,
  type ConsumerInfo,
  DeliverPolicy,
  type JetStreamManager,
  jetstreamManager,
} from "@nats-io/jetstream";
import { type Link, parseTimeMs, TroupeError } from "@troupe/runtime/internal";
import type { FollowedRecord } from "./observation.ts";

/** After what time without anybody who asks it for messages the server forgets a consumer. */
const FORGOTTEN_AFTER_NS = 60_000_000_000;
/**
 * Longest part of the log that is read record by record, in sequences. Nothing counts it, and each record costs a request: 0.2 ms, where a consumer
 * that begins before the end of the log costs the server 0.1 s with the log locked at half a million subjects.
 */
const LONGEST_GAP = 10_000;

/** What is followed: the records of a stream that one filter matches. */
export interface Followed {
  readonly stream: string;
  readonly filter: string;
  /** Bodies stay where they are; they may be large. */
  readonly headersOnly: boolean;
}

/** How one goes on who has seen everything up to a sequence. */
export type Resumption = "from_the_end" | "from_where_it_was";

/** Decides it. `end` is the last sequence of the stream. */
export const resumptionOf = (seenThrough: number, end: number): Resumption =>
  seenThrough > 0 && end - seenThrough <= LONGEST_GAP ? "from_the_end" : "from_where_it_was";

/** A consumer of one follower, with what it leaves out. */
export interface OpenedConsumer {
  readonly name: string;
  /** How many records it had to deliver when it was made. */
  readonly pending: number;
  /** What was stored between what had been seen and the consumer's beginning: to be taken in first. */
  readonly gap: AsyncIterable<FollowedRecord>;
  /** Everything up to here comes by the gap; what is later, by the consumer. */
  readonly gapThrough: number;
}

/**
 * Makes a consumer for what comes after a sequence. The server counts what matches from a consumer's beginning on by looking at every subject of a log
 * whose subjects are written once, with the log locked, unless it begins at the log's end (2.15.1). So one that has lost its consumer gets another at
 * the end, and what is between is read from the leader of the stream. Throws what the client throws when the server does not answer.
 */
export async function openConsumer(link: Link, followed: Followed, seenThrough: number): Promise<OpenedConsumer> {
  const manager = await jetstreamManager(link.nc, { checkAPI: false });
  if (seenThrough > 0) {
    const { name, delivered } = await create(manager, followed, { deliver_policy: DeliverPolicy.New });
    const end = delivered.stream_seq;
    if (resumptionOf(seenThrough, end) === "from_the_end") {
      await requireReach(manager, followed.stream, end);
      const gap = readGap(manager, followed, seenThrough, end);
      return { name, pending: 0, gap, gapThrough: end };
    }
    await manager.consumers.delete(followed.stream, name);
  }
  const from = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: seenThrough + 1 };
  const { name, num_pending: pending } = await create(manager, followed, from);
  return { name, pending, gap: noGap(), gapThrough: seenThrough };
}

/** How much a consumer has delivered, and has yet to deliver. */
export async function progressOf(link: Link, { stream }: Followed, name: string): Promise<ConsumerProgress> {
  const manager = await jetstreamManager(link.nc, { checkAPI: false });
  const { num_pending: pending, delivered } = await manager.consumers.info(stream, name);
  return { pending, delivered: delivered.consumer_seq };
}

export interface ConsumerProgress {
  readonly delivered: number;
  readonly pending: number;
}

function create(manager: JetStreamManager, followed: Followed, from: Partial<ConsumerConfig>): Promise<ConsumerInfo> {
  return manager.consumers.add(followed.stream, {
    filter_subject: followed.filter,
    headers_only: followed.headersOnly,
    ack_policy: AckPolicy.None,
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: FORGOTTEN_AFTER_NS,
    ...from,
  });
}

/** Whoever answers for the stream must know all that the consumer takes for past: one that leads no more may be behind. */
async function requireReach(manager: JetStreamManager, stream: string, end: number): Promise<void> {
  const { state } = await manager.streams.info(stream);
  if (state.last_seq < end)
    throw new TroupeError("unavailable", `the leader of ${stream} is at ${state.last_seq}, its follower at ${end}`);
}

async function* readGap(
  manager: JetStreamManager,
  { stream, filter, headersOnly }: Followed,
  seenThrough: number,
  end: number,
): AsyncGenerator<FollowedRecord> {
  for (let from = seenThrough + 1; from <= end; ) {
    // The API takes both together; the client's type leaves it out.
    const next = { seq: from, next_by_subj: filter };
    const message = await manager.streams.getMessage(stream, next);
    if (message === null || message.seq > end) return;
    yield {
      subject: message.subject,
      sequence: message.seq,
      atMs: parseTimeMs(message.timestamp),
      header: onlyHeader(message.header.values("Troupe")),
      body: headersOnly ? new Uint8Array() : message.data,
    };
    from = message.seq + 1;
  }
}

async function* noGap(): AsyncGenerator<FollowedRecord> {}

/** A record has one header of ours; what has several is not to be trusted. */
const onlyHeader = (values: readonly string[]): string | undefined => (values.length === 1 ? values[0] : undefined);
