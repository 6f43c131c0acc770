/**
 * The task log as a port: append with a fence, read by subject. Two adapters: JetStream, and a simulated log that is as nasty as the real one.
 *
 * Every subject is write-once. A fence names the filter over the hop's own records and the sequence that the writer believes to be their
 * last; the store refuses a write whose fence is not the present state. An append never throws for what a store may answer: the outcome
 * says it, and `unknown` is an outcome like any other (the write may or may not have happened, now or later).
 */
import type { RecordHeader } from "../contracts/record.ts";

/** `json` for what any client can read; `msgpack` only for step and state values that JSON cannot hold. */
export type BodyEncoding = "json" | "msgpack";

export interface NewRecord {
  readonly subject: string;
  readonly header: RecordHeader;
  readonly encoding: BodyEncoding;
  readonly body: Uint8Array;
}

export interface StoredRecord {
  readonly subject: string;
  /** Sequence in its stream: the position in the shard's total order. */
  readonly sequence: number;
  /** When the server stored it, ms since 1970; for people and ages, never for order. 0 when the delivery does not tell. */
  readonly storedAtMs: number;
  /** `undefined` when the header is missing, does not parse, or reserved headers are present: the record is to be parked. */
  readonly header: RecordHeader | undefined;
  readonly encoding: BodyEncoding;
  readonly body: Uint8Array;
}

/** What a write relies on: `sequence` is the last one under `filter` (0 = none yet). */
export interface Fence {
  readonly filter: string;
  readonly sequence: number;
}

export type AppendOutcome =
  | { readonly kind: "stored"; readonly sequence: number }
  /** 10071: something else was stored under the fence's filter. */
  | { readonly kind: "fence_moved" }
  /** 10164 (R3): a rival write is not committed yet; ask again with jitter, it is no verdict. */
  | { readonly kind: "undecided" }
  /** 10077 "per subject": the subject has its record, or (R3) one in flight that may yet be lost. */
  | { readonly kind: "exists" }
  /** 10077 "maximum …": the stream is full, nothing was stored. */
  | { readonly kind: "full"; readonly text: string }
  /** Time-out, disconnect, no responders: send again with the same fence. */
  | { readonly kind: "unknown"; readonly text: string }
  /** Anything else: a bug or a wrong configuration; `code` is the server's. */
  | { readonly kind: "refused"; readonly code: number; readonly text: string };

export interface TaskLog {
  /** Appends one record. The record's `exists`, fence and fullness are judged by the store at once, atomically. */
  append(record: NewRecord, fence?: Fence): Promise<AppendOutcome>;
  /** The last record under a filter, or `undefined`. May be stale on a replicated store. Throws `unavailable` when nobody answers. */
  last(filter: string): Promise<StoredRecord | undefined>;
  /** The record of a literal subject, or `undefined`. May be stale on a replicated store. Throws `unavailable` when nobody answers. */
  get(subject: string): Promise<StoredRecord | undefined>;
}

/** One delivery of a mailbox message to this process. */
export interface Delivery {
  readonly record: StoredRecord;
  /** Whether the store says that nobody got it before. A hint: delivery counts restart when a server does. */
  readonly isFirst: boolean;
  /** `Clock.monotonicMs` at arrival. */
  readonly arrivedMs: number;
  /** Says that the message is dealt with; not awaited, may be lost. */
  ack(): void;
  /** Says that it is still being worked on. */
  working(): void;
  /** Gives it back for another delivery after `delayMs`. */
  giveBack(delayMs?: number): void;
}
