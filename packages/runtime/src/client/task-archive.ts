import type { Subjects } from "../contracts/subjects.ts";
import type { TaskId } from "../ids.ts";
import { PARTS_HEADER, unpackTask } from "../log/packed-task.ts";
import type { StoredRecord } from "../log/task-log.ts";
import type { Link } from "../nats/connection.ts";
import { directGetAll, directGetLast } from "../nats/direct-get.ts";

/** Finished tasks that the janitor has moved out of the log. A task that is not in the log may be here: then it must not start again. */
export interface TaskArchive {
  /** Throws `unavailable` when nobody answers. */
  has(task: TaskId): Promise<boolean>;
  /** All records, in order; `undefined` when the task is not here as a whole. Throws `unavailable` when nobody answers. */
  read(task: TaskId): Promise<readonly StoredRecord[] | undefined>;
}

export function createTaskArchive(link: Link, subjects: Subjects): TaskArchive {
  const stream = subjects.stream("ARCHIVE");
  const part = (subject: string): number => subjects.parseArchive(subject) ?? 0;
  return {
    has: async (task) => (await directGetLast(link, stream, subjects.archive(task, "*"))) !== undefined,
    read: async (task) => {
      const parts = await directGetAll(link, stream, { writtenOnce: subjects.archive(task, "*") });
      const bodies = parts.toSorted((a, b) => part(a.subject) - part(b.subject)).map(({ body }) => body);
      return parts[0] && unpackTask(bodies, parts[0].headers.get(PARTS_HEADER));
    },
  };
}
