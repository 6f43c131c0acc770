/**
 * The messages that a stored commit promises, as a pure function of the commit alone: whoever completes them writes the very same records.
 */
import { type Awaited, DeadBody, FanBody, type Output, WaitBody } from "../contracts/bodies.ts";
import { isMailboxName } from "../contracts/names.ts";
import type { Passport, Writer } from "../contracts/record.ts";
import type { Subjects } from "../contracts/subjects.ts";
import type { TraceContext } from "../contracts/trace-context.ts";
import { isHopId } from "../ids.ts";
import type { Fence, NewRecord } from "../log/task-log.ts";
import { bytesOf, type Read, readBody } from "./body.ts";
import { isControl, type OwnRecord, type Place } from "./own-record.ts";
import { crossing, extend } from "./trail.ts";

export interface PromisedRecord {
  readonly record: NewRecord;
  /** Only the answer of a dead called hop has one: it lies under the hop's own records. */
  readonly fence?: Fence | undefined;
}

/** What writes the outputs: names and place of the hop that committed. */
export interface Origin {
  readonly subjects: Subjects;
  readonly place: Place;
  /** Filter over the hop's own records. */
  readonly own: string;
  /** The mailbox that answers come back to. */
  readonly mailbox: string;
  /** Header part of an own record that follows the commit. */
  writer(claim: number, previous: string): Writer;
}

/** The outputs of a commit; none for commits that are their own message. */
export function outputsOf(commit: OwnRecord, origin: Origin): Read<readonly PromisedRecord[]> {
  const { passport, trace } = commit.record.header ?? {};
  if (commit.name.class !== "c") return { ok: true, value: [] };
  if (passport === undefined) return { ok: false, reason: "the commit has no passport" };
  if (isControl(commit.name, "fan")) {
    return mapRead(readBody(FanBody, commit.record), ({ outputs }) =>
      outputs.map((output) => messageOf("fan", output, { passport, trace }, origin)),
    );
  }
  if (isControl(commit.name, "wait")) {
    const wait = Number(commit.name.to);
    return mapRead(readBody(WaitBody, commit.record), (body) =>
      body.for
        .filter(isCall)
        .map((call) => messageOf("call", call, { passport: { ...passport, wait }, trace }, origin)),
    );
  }
  if (!isControl(commit.name, "dead")) return { ok: true, value: [] };
  return mapRead(readBody(DeadBody, commit.record), ({ error, reply }) =>
    reply === undefined ? [] : [deadReply(commit, { ...reply, error }, passport, origin)],
  );
}

type Call = Extract<Awaited, { type: "call" }>;
const isCall = (awaited: Awaited): awaited is Call => awaited.type === "call";

/** What a commit hands on besides bodies: its receivers belong to the trace of whoever committed, whoever completes it. */
interface Handed {
  readonly passport: Passport;
  readonly trace: TraceContext | undefined;
}

function messageOf(kind: "fan" | "call", { hop, index, to, body }: Output, from: Handed, origin: Origin) {
  const { subjects, place } = origin;
  if (!isHopId(hop) || !isMailboxName(to)) return undefined;
  const text = JSON.stringify(body);
  const passport: Passport = {
    ...childPassport(from.passport, place.role, to, text, index),
    parent: place.hop,
    wait: kind === "call" ? from.passport.wait : undefined,
    replyTo: kind === "call" ? origin.mailbox : undefined,
  };
  const subject = subjects.record(place.task, hop, place.role, { class: "m", kind, to });
  const header = { passport, trace: from.trace };
  return { record: { subject, header, encoding: "json", body: bytesOf(text) } } as const;
}

type DeadReply = NonNullable<DeadBody["reply"]> & { readonly error: DeadBody["error"] };

function deadReply(commit: OwnRecord, { to, parent, wait, index, error }: DeadReply, from: Passport, origin: Origin) {
  if (!isHopId(parent) || !isMailboxName(to)) return undefined;
  const { subjects, place, own } = origin;
  const header = {
    writer: origin.writer(commit.writer.claim, commit.label),
    passport: { ...replyPassport(from), parent, wait, index },
    trace: commit.record.header?.trace,
  };
  const subject = subjects.record(place.task, place.hop, place.role, { class: "m", kind: "reply", to });
  const body = bytesOf(JSON.stringify({ error }));
  return {
    record: { subject, header, encoding: "json", body },
    fence: { filter: own, sequence: commit.record.sequence },
  } as const;
}

/** What a message onward hands down: one hop deeper, with its crossing in the trail. */
export function childPassport(parent: Passport, from: string, to: string, bodyJson: string, index: number): Passport {
  const trail = extend(parent.trail, crossing(from, to, bodyJson));
  return { ...parent, index, parent: undefined, wait: undefined, replyTo: undefined, depth: parent.depth + 1, trail };
}

/** What an answer carries: the caller goes on with its own input's passport, so the trail stays behind. */
export const replyPassport = (passport: Passport): Passport => ({ ...passport, replyTo: undefined, trail: [] });

function mapRead<T, U>(read: Read<T>, map: (value: T) => readonly (U | undefined)[]): Read<readonly U[]> {
  if (!read.ok) return read;
  const mapped = map(read.value);
  const complete = mapped.filter((item) => item !== undefined);
  return complete.length === mapped.length
    ? { ok: true, value: complete }
    : { ok: false, reason: "an output names no hop" };
}
