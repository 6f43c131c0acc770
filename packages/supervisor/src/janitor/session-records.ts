/** Which records of sessions are not needed any more. Pure. */
import type { SessionSubject, Subjects } from "@troupe/runtime/internal";

/** A stored record of a session: a waiting turn, or a revision of a role's state. */
export interface SessionRecord {
  readonly subject: string;
  readonly sequence: number;
}

interface Placed extends SessionRecord {
  readonly place: SessionSubject;
}

function placed(subjects: Subjects, records: readonly SessionRecord[]): readonly Placed[] {
  return records.flatMap((record) => {
    const place = subjects.parseSession(record.subject);
    return place ? [{ ...record, place }] : [];
  });
}

/** Turns up to `turn`, whose task has ended and leaves the log: sessions go in order, so those before it have ended too. */
export const spentTurns = (subjects: Subjects, records: readonly SessionRecord[], turn: number): readonly number[] =>
  placed(subjects, records)
    .filter(({ place }) => place.role === undefined && place.number <= turn)
    .map(({ sequence }) => sequence);

/** Revisions of each role's state older than its last `keep`. */
export function oldRevisions(subjects: Subjects, records: readonly SessionRecord[], keep: number): readonly number[] {
  const revisions = placed(subjects, records).filter(({ place }) => place.role !== undefined);
  const newest = new Map<string, number>();
  for (const { place } of revisions) {
    const role = place.role ?? "";
    newest.set(role, Math.max(place.number, newest.get(role) ?? 0));
  }
  return revisions
    .filter(({ place }) => place.number <= (newest.get(place.role ?? "") ?? 0) - keep)
    .map(({ sequence }) => sequence);
}
