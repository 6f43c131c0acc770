import {
  directGetAll,
  type Link,
  parseTaskId,
  readTaskRecords,
  type StoredRecord,
  type Subjects,
  storedRecord,
  type TaskId,
  type TaskRecord,
} from "@troupe/runtime/internal";

/** All records of one task, in the order of their sequences: as stored, and with subject and body parsed. */
export interface ReadTask {
  readonly stored: readonly StoredRecord[];
  readonly records: readonly TaskRecord[];
}

/** Reads tasks whole from the log. Throws `unavailable` when nobody answers. */
export class TaskReader {
  readonly #link: Link;
  readonly #subjects: Subjects;

  constructor(link: Link, subjects: Subjects) {
    this.#link = link;
    this.#subjects = subjects;
  }

  async read(task: TaskId): Promise<ReadTask> {
    const stream = this.#subjects.logStream(parseTaskId(task)?.shard ?? 0);
    const messages = await directGetAll(this.#link, stream, { writtenOnce: `${this.#subjects.task(task)}.>` });
    const stored = messages.map(storedRecord);
    return { stored, records: readTaskRecords(this.#subjects, stored) };
  }
}
