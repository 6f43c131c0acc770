import {
  type AcceptedTask,
  type TaskId,
  type TaskRecord,
  type TaskView,
  TroupeError,
  taskView,
} from "@troupe/runtime/internal";
import { acceptedOf, type TaskReader } from "../watch/task-reader.ts";

/** A task that exists, with everything that is stored of it. */
export interface KnownTask {
  readonly id: TaskId;
  readonly records: readonly TaskRecord[];
  readonly view: TaskView;
}

/** Reads a task. Throws `unknown_task` when neither the log nor the door knows it. */
export async function readKnownTask(reader: TaskReader, id: TaskId): Promise<KnownTask> {
  const records = await reader.all(id);
  const isStarted = records.some(({ subject }) => subject.hop === "start" && subject.from === "client");
  const view = taskView(id, records, isStarted ? undefined : await acceptedElsewhere(reader, id));
  if (view) return { id, records, view };
  throw new TroupeError("unknown_task", `no task ${id}`);
}

async function acceptedElsewhere(reader: TaskReader, id: TaskId): Promise<AcceptedTask | undefined> {
  const order = await reader.waiting(id);
  return order && acceptedOf(order);
}
