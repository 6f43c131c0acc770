/**
 * What a delivered mailbox record means: which hop it belongs to and which segment of it the message drives. Pure. Nothing is believed that
 * the stored subject does not bear out.
 */

import type { LogSubject } from "../contracts/log-subject.ts";
import { isMailboxName, roleOfMailbox } from "../contracts/names.ts";
import type { Passport } from "../contracts/record.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { type HopId, hopId, isHopId, type TaskId, type Version } from "../ids.ts";
import type { StoredRecord } from "../log/task-log.ts";

/** How a record of the mailbox was sent; `again` copies take this from their original. */
export type MessageKind = "send" | "fan" | "call" | "reply";

export interface Message {
  readonly task: TaskId;
  readonly hop: HopId;
  readonly kind: MessageKind;
  /** 0 for what begins a hop; the number of the wait for a reply. */
  readonly segment: number;
  /** Writer of the original: a role, `client`, `timer`, `human` or `supervisor`. */
  readonly from: string;
  /** Subject and sequence of the original, also when an `again` copy was delivered. */
  readonly subject: string;
  readonly sequence: number;
  readonly isAgain: boolean;
  /** Where the fence begins: the original's sequence when it lies among the hop's own records, else 0. */
  readonly base: number;
  /** The hop that a called hop's own id is: where a reply comes from. */
  readonly callHop: HopId;
  readonly passport: Passport;
  readonly record: StoredRecord;
}

/** Who reads: the parts of a role that the meaning of a message depends on. */
export interface Reader {
  readonly subjects: Subjects;
  readonly version: Version;
  readonly role: string;
  readonly mailbox: string;
  readonly hopKey: Uint8Array;
}

/** A record that is no message. `at` is the hop to park it under, as far as one can be told. */
export interface Unreadable {
  readonly problem: string;
  readonly at?: { readonly task: TaskId; readonly hop: HopId; readonly base: number } | undefined;
}

/** Index for the hop of a message whose header does not tell its own; no output has it. */
const NO_INDEX = -1;

interface Original {
  readonly at: LogSubject;
  readonly hop: HopId;
  readonly kind: MessageKind;
  readonly subject: string;
  readonly sequence: number;
}

/** Reads a delivered record. */
export function readMessage(record: StoredRecord, reader: Reader): Message | Unreadable {
  const at = reader.subjects.parseLog(record.subject);
  if (at === undefined || at.name.class !== "m" || at.hop === "end")
    return { problem: "the subject is no mailbox record" };
  if (at.name.to !== reader.mailbox || at.version !== reader.version)
    return { problem: "the message is not for this mailbox" };
  const original = originalOf(record, at, at.hop, reader);
  if (typeof original === "string") return unreadable(original, record, { at, hop: at.hop }, reader);
  const passport = record.header?.passport;
  if (passport === undefined) return unreadable("the header is missing or does not parse", record, original, reader);
  const problem = check(original, passport);
  if (problem !== undefined) return unreadable(problem, record, original, reader);
  const { kind } = original;
  const hop = hopOf(original, passport, reader);
  const liesInside = (kind === "fan" || kind === "call") && original.at.from === reader.role;
  return {
    task: at.task,
    hop,
    kind,
    segment: kind === "reply" ? (passport.wait ?? 0) : 0,
    from: original.at.from,
    subject: original.subject,
    sequence: original.sequence,
    isAgain: original.at !== at,
    base: liesInside ? original.sequence : 0,
    callHop: original.hop,
    passport,
    record,
  };
}

/** Stands for a record that is no message while its dead letter is written. */
export function placeholder({ task, hop, base }: NonNullable<Unreadable["at"]>, record: StoredRecord): Message {
  const passport: Passport = { index: 0, tenant: "unknown", depth: 0, trail: [], taint: [], requires: [] };
  const { subject, sequence } = record;
  return {
    task,
    hop,
    kind: "send",
    segment: 0,
    from: "",
    subject,
    sequence,
    isAgain: false,
    base,
    callHop: hop,
    passport,
    record,
  };
}

function originalOf(record: StoredRecord, at: LogSubject, hop: HopId, reader: Reader): Original | string {
  const kind = messageKind(at.name.kind);
  if (kind !== undefined) return { at, hop, kind, subject: record.subject, sequence: record.sequence };
  const named = record.header?.original;
  if (at.from !== "supervisor" || named === undefined) return "the copy does not name its original";
  const first = reader.subjects.parseLog(named.subject);
  if (first === undefined || first.name.class !== "m" || first.task !== at.task || first.hop !== at.hop) {
    return "the copy names an original of another hop";
  }
  const firstKind = messageKind(first.name.kind);
  if (firstKind === undefined || first.name.to !== at.name.to) return "the copy names no message of this mailbox";
  return { at: first, hop, kind: firstKind, subject: named.subject, sequence: named.sequence };
}

function check({ at, kind }: Original, passport: Passport): string | undefined {
  if (passport.parent !== undefined && !isHopId(passport.parent)) return "the parent is no hop";
  if (kind === "reply" && (passport.parent === undefined || (passport.wait ?? 0) < 1)) return "the reply names no wait";
  if (kind !== "call") return undefined;
  const { parent, wait, replyTo } = passport;
  if (parent === undefined || wait === undefined || replyTo === undefined)
    return "the call does not say whom to answer";
  return isMailboxName(replyTo) && roleOfMailbox(replyTo) === at.from
    ? undefined
    : "the call wants its answer elsewhere";
}

function hopOf({ at, hop: token, kind }: Original, passport: Passport, reader: Reader): HopId {
  if (kind === "send") return hopId(reader.hopKey, at.task, token, passport.index);
  return kind === "reply" ? (passport.parent ?? token) : token;
}

function unreadable(
  problem: string,
  record: StoredRecord,
  { at, hop: token }: Pick<Original, "at" | "hop">,
  reader: Reader,
): Unreadable {
  const kind = messageKind(at.name.kind) ?? "send";
  const hop = kind === "send" ? hopId(reader.hopKey, at.task, token, NO_INDEX) : token;
  const base = (kind === "fan" || kind === "call") && at.from === reader.role ? record.sequence : 0;
  return { problem, at: { task: at.task, hop, base } };
}

function messageKind(kind: string): MessageKind | undefined {
  return kind === "send" || kind === "fan" || kind === "call" || kind === "reply" ? kind : undefined;
}
