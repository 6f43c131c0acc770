/** Reads what is stored of a task: its records, or what the door keeps of it before it is in the log. */
import {
  type AcceptedTask,
  directGetBatch,
  directGetLast,
  type Link,
  parseTaskId,
  readTaskRecords,
  roleOfMailbox,
  type Subjects,
  storedRecord,
  type TaskArchive,
  type TaskId,
  TaskOrder,
  type TaskRecord,
} from "@troupe/runtime/internal";
import { readJson } from "../ingress/read-json.ts";

export interface TaskReader {
  /** The task's records after a sequence, in order. Throws `unavailable`. */
  records(task: TaskId, after: number): AsyncGenerator<TaskRecord>;
  /** The whole task as the log (or the archive) has it. */
  all(task: TaskId): Promise<readonly TaskRecord[]>;
  /** The order of a task that is not in the log yet; `undefined` when the door does not know it either. */
  waiting(task: TaskId): Promise<TaskOrder | undefined>;
}

export interface TaskReaderPorts {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly archive: TaskArchive;
  /** As the system was created: an id that names another shard is of no task. */
  readonly shards: number;
  /** Opens what is encrypted and may be seen. */
  readonly opened: (record: TaskRecord) => TaskRecord;
}

export function createTaskReader({ link, subjects, archive, shards, opened }: TaskReaderPorts): TaskReader {
  async function* logged(task: TaskId, after: number): AsyncGenerator<TaskRecord> {
    const shard = parseTaskId(task)?.shard ?? 0;
    if (shard >= shards) return;
    const stream = subjects.logStream(shard);
    const query = { writtenOnce: `${subjects.task(task)}.>`, from: after + 1 };
    for await (const message of directGetBatch(link, stream, query)) {
      yield* readTaskRecords(subjects, [storedRecord(message)]).map(opened);
    }
  }
  const archived = async (task: TaskId): Promise<readonly TaskRecord[] | undefined> => {
    const stored = await archive.read(task);
    return stored && readTaskRecords(subjects, stored).map(opened);
  };
  /** A task whose start is gone from the log has been archived, whole. */
  async function* records(task: TaskId, after: number): AsyncGenerator<TaskRecord> {
    let isFirst = after === 0;
    for await (const record of logged(task, after)) {
      if (isFirst && !isStart(record)) {
        const whole = await archived(task);
        if (whole) {
          yield* whole;
          return;
        }
      }
      isFirst = false;
      yield record;
    }
    if (isFirst) yield* (await archived(task)) ?? [];
  }
  return {
    records,
    all: async (task) => {
      const found: TaskRecord[] = [];
      for await (const record of records(task, 0)) found.push(record);
      return found;
    },
    waiting: async (task) => {
      const message = await directGetLast(link, subjects.stream("INGRESS"), subjects.waiting("*", task));
      const order = message && TaskOrder.safeParse(readJson(message.body));
      return order?.success && order.data.task === task ? order.data : undefined;
    },
  };
}

const isStart = ({ subject }: TaskRecord): boolean => subject.hop === "start" && subject.from === "client";

/** What a view shows of a task that is not in the log yet. */
export const acceptedOf = (order: TaskOrder): AcceptedTask => ({
  role: roleOfMailbox(order.mailbox),
  atMs: order.acceptedAtMs,
  origin: { session: order.session?.name, priority: order.priority, metadata: order.metadata },
});
