/** The records that a hop's own executors wrote, read back and checked against their stored subjects. */
import type { Writer } from "../contracts/record.ts";
import { formatRecordName, type RecordName } from "../contracts/record-name.ts";
import type { Subjects } from "../contracts/subjects.ts";
import type { HopId, TaskId } from "../ids.ts";
import type { StoredRecord } from "../log/task-log.ts";

export interface OwnRecord {
  readonly record: StoredRecord;
  readonly name: RecordName;
  /** {@link name} as text, the way `previous` names it. */
  readonly label: string;
  readonly writer: Writer;
}

/** Where a hop's own records lie. */
export interface Place {
  readonly task: TaskId;
  readonly hop: HopId;
  readonly role: string;
}

/**
 * Reads a record found under `own`. `input` = the message of a role that called or fanned out to itself: it lies there, but is no own
 * record. `undefined` = it does not parse.
 */
export function readOwn(subjects: Subjects, place: Place, record: StoredRecord): OwnRecord | "input" | undefined {
  const at = subjects.parseLog(record.subject);
  if (at === undefined || at.task !== place.task || at.hop !== place.hop || at.from !== place.role) return undefined;
  const { name } = at;
  if (name.class === "m" && (name.kind === "call" || name.kind === "fan")) return "input";
  const isOwn = name.class === "m" ? name.kind === "send" || name.kind === "reply" : name.class !== "t";
  const writer = record.header?.writer;
  return isOwn && writer !== undefined ? { record, name, label: formatRecordName(name), writer } : undefined;
}

/** Whether the record is the hop's one commit (`done` is another, and lies elsewhere). */
export function isFinal({ name }: OwnRecord): boolean {
  return name.class === "m" || (name.class === "c" && (name.kind === "fan" || name.kind === "dead"));
}

/** The segment that the hop is in after this record: a wait begins the next one. */
export function segmentAfter({ name, writer }: OwnRecord): number {
  return isControl(name, "wait") ? Number(name.to) : writer.segment;
}

export const isControl = (name: RecordName, kind: "wait" | "got" | "claim" | "fan" | "dead"): boolean =>
  name.class === "c" && name.kind === kind;
