import { decodeBody } from "../codec/body.ts";
import type { LogSubject } from "../contracts/log-subject.ts";
import type { RecordHeader } from "../contracts/record.ts";
import type { Subjects } from "../contracts/subjects.ts";
import type { StoredRecord } from "../log/task-log.ts";

/** A record of a task's log with its subject parsed and its body decoded: what views and events are computed from. */
export interface TaskRecord {
  readonly sequence: number;
  /** When the server stored it, ms since 1970. */
  readonly atMs: number;
  readonly subject: LogSubject;
  /** `undefined` when it does not parse or holds reserved headers. */
  readonly header: RecordHeader | undefined;
  /** The decoded body; `undefined` when there is none or it does not decode. */
  readonly body: unknown;
}

/** The value of a stored body; `undefined` for what does not decode. Never throws. */
export function recordValue({ encoding, body }: Pick<StoredRecord, "encoding" | "body">): unknown {
  const decoded = decodeBody(encoding, body);
  return decoded.ok ? decoded.value : undefined;
}

/** The task records among stored ones, in the given order. Subjects that are no task's are left out. */
export function readTaskRecords(subjects: Subjects, stored: readonly StoredRecord[]): readonly TaskRecord[] {
  const records: TaskRecord[] = [];
  for (const record of stored) {
    const subject = subjects.parseLog(record.subject);
    if (!subject) continue;
    const { sequence, storedAtMs: atMs, header } = record;
    records.push({ sequence, atMs, subject, header, body: recordValue(record) });
  }
  return records;
}
