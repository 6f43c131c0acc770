/** The task log on JetStream: one adapter of the {@link TaskLog} port. */
import type { MsgHdrs } from "@nats-io/transport-node";
import { decodeRecordHeader, encodeRecordHeader, type RecordHeader } from "../contracts/record.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { readTraceContext, traceHeaders } from "../contracts/trace-context.ts";
import { TroupeError } from "../errors.ts";
import type { Link } from "../nats/connection.ts";
import { directGetLast, type StoredMessage } from "../nats/direct-get.ts";
import type { HeaderFields } from "../nats/header-block.ts";
import type { PulledMessage } from "../nats/held-messages.ts";
import type { Publisher } from "../nats/publisher.ts";
import { type OwnHeaders, ownHeaders } from "./own-headers.ts";
import type { AppendOutcome, BodyEncoding, Delivery, Fence, NewRecord, StoredRecord, TaskLog } from "./task-log.ts";

const TROUPE_HEADER = "Troupe";
const MSGPACK_TYPE = "application/msgpack";
/** What the server or our own publisher puts on a record. Anything else of NATS' own on a stored record was put there to deceive. */
const KNOWN_NATS_HEADERS: ReadonlySet<string> = new Set([
  "nats-expected-last-subject-sequence",
  "nats-expected-last-subject-sequence-subject",
  "nats-stream",
  "nats-subject",
  "nats-sequence",
  "nats-time-stamp",
  "nats-num-pending",
  "nats-last-sequence",
]);
/** Names of the known ones that only an answer to a read carries; on a delivered message they are forged. */
const ANSWER_ONLY = /^nats-(stream|subject|sequence|time-stamp|num-pending|last-sequence)$/;

export interface JetStreamLogOptions {
  readonly link: Link;
  readonly publisher: Publisher;
  readonly subjects: Subjects;
}

/** Creates the log of a system on a link. One publisher a link is enough. */
export function createJetStreamLog({ link, publisher, subjects }: JetStreamLogOptions): TaskLog {
  const read = async (filter: string) => {
    const message = await directGetLast(link, streamOf(subjects, filter), filter);
    return message && storedRecord(message);
  };
  return {
    append: (record: NewRecord, fence?: Fence): Promise<AppendOutcome> =>
      publisher.publish(record.subject, record.body, recordHeaders(record), fence),
    last: read,
    get: read,
  };
}

function streamOf(subjects: Subjects, subject: string): string {
  const stream = subjects.logStreamOf(subject);
  if (stream === undefined) throw new TroupeError("invariant_violated", `not a subject of the task log: ${subject}`);
  return stream;
}

/** JSON is the default, so only the other encoding is named: every header costs. */
function recordHeaders({ header, encoding }: NewRecord): HeaderFields {
  const text = encodeRecordHeader(header);
  const own = encoding === "json" ? { [TROUPE_HEADER]: text } : { [TROUPE_HEADER]: text, "Content-Type": MSGPACK_TYPE };
  return header.trace === undefined ? own : { ...traceHeaders(header.trace), ...own };
}

/** A record as a read returned it. */
export function storedRecord(message: StoredMessage): StoredRecord {
  const { subject, sequence, storedAtMs, headers, body, hasForgedHeaders } = message;
  return {
    subject,
    sequence,
    storedAtMs,
    header: hasForgedHeaders ? undefined : recordHeader(headers, true),
    encoding: encodingOf(headers),
    body,
  };
}

/** A delivered mailbox message as the hop protocol takes it. */
export function toDelivery(message: PulledMessage): Delivery {
  return new MailboxDelivery(message);
}

/** A class, as the message is: one is made for every hop. */
class MailboxDelivery implements Delivery {
  readonly record: StoredRecord;
  readonly #message: PulledMessage;

  constructor(message: PulledMessage) {
    this.#message = message;
    const { subject, streamSequence: sequence, storedAtMs, body } = message;
    const own = ownHeaders(message.headerText);
    const headers = own === undefined ? message.headers : undefined;
    const header = own === undefined ? headers && recordHeader(headers, false) : decodedHeaders(own);
    this.record = { subject, sequence, storedAtMs, header, encoding: headers ? encodingOf(headers) : "json", body };
  }

  get isFirst(): boolean {
    return this.#message.deliveries === 1;
  }
  get arrivedMs(): number {
    return this.#message.arrivedMs;
  }
  ack(): void {
    this.#message.ack();
  }
  working(): void {
    this.#message.working();
  }
  giveBack(delayMs?: number): void {
    this.#message.giveBack(delayMs);
  }
}

function decodedHeaders({ troupe, traceparent }: OwnHeaders): RecordHeader | undefined {
  const header = decodeRecordHeader(troupe);
  if (traceparent === undefined || header === undefined) return header;
  return withTrace(header, (name) => (name === "traceparent" ? traceparent : undefined));
}

/** The parsed `Troupe` header; `undefined` when it is missing, does not parse, or reserved headers stand beside it. */
function recordHeader(headers: MsgHdrs, isAnswer: boolean): RecordHeader | undefined {
  for (const name of headers.keys()) {
    const lower = name.toLowerCase();
    if (lower.startsWith("kv-")) return undefined;
    if (!lower.startsWith("nats-")) continue;
    if (!KNOWN_NATS_HEADERS.has(lower)) return undefined;
    if (!isAnswer && ANSWER_ONLY.test(lower)) return undefined;
  }
  const texts = headers.values(TROUPE_HEADER);
  const header = texts.length === 1 ? decodeRecordHeader(texts[0] ?? "") : undefined;
  return header && withTrace(header, (name) => headers.last(name) || undefined);
}

function withTrace(header: RecordHeader, read: (name: string) => string | undefined): RecordHeader {
  const trace = readTraceContext(read);
  return trace === undefined ? header : { ...header, trace };
}

const encodingOf = (headers: MsgHdrs): BodyEncoding =>
  headers.last("Content-Type") === MSGPACK_TYPE ? "msgpack" : "json";
