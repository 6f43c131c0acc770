/** What the observer reads off one record of the task log. It follows the rare records only (DESIGN §7). */
import {
  DeadBody,
  decodeRecordHeader,
  FanBody,
  type HopId,
  type LogSubject,
  type Origin,
  type Passport,
  type RecordHeader,
  ReplyBody,
  type Subjects,
  type TaskId,
  WaitBody,
  type Writer,
} from "@troupe/runtime/internal";
import { jsonBody } from "./json-body.ts";

/** Where an observation comes from. `atMs` is when the server stored the record. */
interface Observed {
  readonly task: TaskId;
  readonly sequence: number;
  readonly atMs: number;
}

export interface Started extends Observed {
  readonly kind: "started";
  readonly mailbox: string;
  readonly passport: Passport | undefined;
  readonly origin: Origin | undefined;
}
export interface Ended extends Observed {
  readonly kind: "ended";
  /** Ended by somebody outside of its graph (a cancel, an expiry): its hops may still run. */
  readonly isFromOutside: boolean;
}
export interface Waiting extends Observed {
  readonly kind: "waiting";
  readonly hop: HopId;
  readonly role: string;
  readonly wait: number;
  readonly body: WaitBody;
}
/** A reply by a timer or a person: what it answers needs no timer any more. */
export interface Answered extends Observed {
  readonly kind: "answered";
  readonly hop: HopId;
  readonly from: "timer" | "human";
  /** The hop and the wait that it answers, where its header tells. */
  readonly asker?: { readonly hop: HopId; readonly wait: number } | undefined;
  /** What it says; absent where it does not parse. */
  readonly reply?: ReplyBody | undefined;
}
/** From here on several hops of the task run side by side. */
export interface Forked extends Observed {
  readonly kind: "forked";
}
export interface Died extends Observed {
  readonly kind: "died";
  readonly hop: HopId;
  readonly role: string;
  readonly body: DeadBody;
  readonly writer: Writer | undefined;
}

/** A dead hop's message was given to somebody: to the escalation role, or again to its own. */
export interface HandedOn extends Observed {
  readonly kind: "handed_on";
  readonly hop: HopId;
}

export type Observation = Started | Ended | Waiting | Answered | Forked | Died | HandedOn;

/** A followed message, as a consumer delivers it. */
export interface FollowedRecord {
  readonly subject: string;
  readonly sequence: number;
  readonly atMs: number;
  /** The `Troupe` header, when there is exactly one. */
  readonly header: string | undefined;
  /** Empty when only headers are followed. */
  readonly body: Uint8Array;
}

/** Reads a record; `undefined` for what is none of the followed kinds or does not parse. Never throws. */
export function observe(subjects: Subjects, record: FollowedRecord): Observation | undefined {
  const subject = subjects.parseLog(record.subject);
  if (!subject) return undefined;
  const header = record.header === undefined ? undefined : decodeRecordHeader(record.header);
  const at = { task: subject.task, sequence: record.sequence, atMs: record.atMs };
  switch (subject.name.class) {
    case "m":
      return observeMessage(subject, at, header, record.body);
    case "t":
      return { kind: "ended", ...at, isFromOutside: header?.writer === undefined };
    case "c":
      return observeControl(subject, at, header, jsonBody(record.body));
    case "s":
      break;
  }
  return undefined;
}

function observeMessage(
  { name, hop, from }: LogSubject,
  at: Observed,
  header: RecordHeader | undefined,
  body: Uint8Array,
): Observation | undefined {
  if (hop === "end") return undefined;
  if (from === "client" && name.kind === "send")
    return { kind: "started", ...at, mailbox: name.to, passport: header?.passport, origin: header?.origin };
  if (name.kind === "reply" && (from === "timer" || from === "human")) {
    const { parent, wait } = header?.passport ?? {};
    const asker = parent === undefined || wait === undefined ? undefined : { hop: parent, wait };
    return { kind: "answered", ...at, hop, from, asker, reply: ReplyBody.safeParse(jsonBody(body)).data };
  }
  if (from === "supervisor" && name.kind === "send") return { kind: "handed_on", ...at, hop };
  return undefined;
}

function observeControl(
  { name, hop, from: role }: LogSubject,
  at: Observed,
  header: RecordHeader | undefined,
  body: unknown,
): Observation | undefined {
  if (hop === "end" || name.class !== "c") return undefined;
  if (name.kind === "fan") return FanBody.safeParse(body).success ? { kind: "forked", ...at } : undefined;
  if (name.kind === "wait") {
    const parsed = WaitBody.safeParse(body);
    return parsed.success ? { kind: "waiting", ...at, hop, role, wait: Number(name.to), body: parsed.data } : undefined;
  }
  if (name.kind === "dead") {
    const parsed = DeadBody.safeParse(body);
    return parsed.success ? { kind: "died", ...at, hop, role, body: parsed.data, writer: header?.writer } : undefined;
  }
  return undefined;
}
