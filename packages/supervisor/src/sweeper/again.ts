/** Which lost messages of a task are repeated now. Pure. */
import {
  type NewRecord,
  type StoredRecord,
  type Subjects,
  type TaskRecord,
  TroupeError,
} from "@troupe/runtime/internal";
import { isSurelyAcked, type QueueState } from "../queues/queue-reader.ts";

/** A message that somebody should still run, and its newest copy in the log. */
export interface Candidate {
  readonly original: TaskRecord;
  readonly newest: TaskRecord;
  /** How often it has been repeated. */
  readonly copies: number;
}

/** Each unsettled message with its newest copy. */
export function candidatesOf(
  unsettled: readonly TaskRecord[],
  records: readonly TaskRecord[],
  subjects: Subjects,
): readonly Candidate[] {
  return unsettled.map((original) => {
    const subject = subjectOf(original, subjects);
    const copies = records.filter((record) => record.header?.original?.subject === subject);
    return { original, newest: copies.at(-1) ?? original, copies: copies.length };
  });
}

/** Whether some delivery of the message is, or may be, still under way. */
export function isLive({ original, newest }: Candidate, queueOf: (mailbox: string) => QueueState | undefined): boolean {
  const queue = queueOf(original.subject.name.to);
  return queue !== undefined && !isSurelyAcked(queue, newest.sequence);
}

/** The candidates to repeat: surely acked although nothing came of it, each repetition after twice the pause of the one before. */
export function lostAmong(
  candidates: readonly Candidate[],
  queueOf: (mailbox: string) => QueueState | undefined,
  nowMs: number,
  idleMs: number,
): readonly Candidate[] {
  return candidates.filter((candidate) => {
    if (!queueOf(candidate.original.subject.name.to) || isLive(candidate, queueOf)) return false;
    return nowMs - candidate.newest.atMs >= idleMs * 2 ** Math.min(candidate.copies, 10);
  });
}

/** The copy: the original's body and passport under the next free `again` number, naming the original. */
export function againRecord(
  subjects: Subjects,
  { subject }: TaskRecord,
  original: StoredRecord,
  records: readonly TaskRecord[],
): NewRecord {
  const { task, hop, name } = subject;
  if (hop === "end") throw new TroupeError("invariant_violated", "the end of a task is no message");
  const taken = records
    .filter((record) => record.subject.hop === hop && record.subject.name.to === name.to)
    .map((record) => /^again(\d+)$/.exec(record.subject.name.kind)?.[1] ?? "0");
  const next = 1 + Math.max(0, ...taken.map(Number));
  return {
    subject: subjects.record(task, hop, "supervisor", { class: "m", kind: `again${next}`, to: name.to }),
    header: {
      passport: original.header?.passport,
      trace: original.header?.trace,
      original: { subject: original.subject, sequence: original.sequence },
    },
    encoding: original.encoding,
    body: original.body,
  };
}

const subjectOf = ({ subject: { task, hop, from, name } }: TaskRecord, subjects: Subjects): string =>
  hop === "end" ? subjects.done(task) : subjects.record(task, hop, from, name);
