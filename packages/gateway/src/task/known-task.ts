import {
  type TaskId,
  type TaskOrder,
  type TaskRecord,
  type TaskView,
  TroupeError,
  taskView,
} from "@troupe/runtime/internal";
import { acceptedOf, type TaskReader } from "../watch/task-reader.ts";
import type { Caller } from "./task-api.ts";
import { isOutside, tenantOf } from "./tenant-wall.ts";

/** A task that exists and that the caller may see, with everything that is stored of it. */
export interface KnownTask {
  readonly id: TaskId;
  readonly records: readonly TaskRecord[];
  readonly view: TaskView;
  /** Whose it is, as far as its records say. */
  readonly tenant: string | undefined;
  /** What the door keeps of it while it waits there. */
  readonly order: TaskOrder | undefined;
}

/** Reads a task. Throws `unknown_task` when neither the log nor the door knows it, and when it is behind the caller's wall. */
export async function readKnownTask(reader: TaskReader, caller: Caller, id: TaskId): Promise<KnownTask> {
  const records = await reader.all(id);
  const isStarted = records.some(({ subject }) => subject.hop === "start" && subject.from === "client");
  const order: TaskOrder | undefined = isStarted ? undefined : await reader.waiting(id);
  const view = taskView(id, records, order && acceptedOf(order));
  if (!view) throw unknownTask(id);
  const tenant = order?.tenant ?? tenantOf(records);
  if (isOutside(caller, tenant)) throw behindWall(id);
  return { id, records, view, tenant, order };
}

const BEHIND_WALL = new Error("another tenant's task");

export const unknownTask = (id: TaskId, cause?: unknown): TroupeError =>
  new TroupeError("unknown_task", `no task ${id}`, { cause });

/** For a task of another tenant: the caller is told the same as for one that is not there. */
export const behindWall = (id: TaskId): TroupeError => unknownTask(id, BEHIND_WALL);

/** Whether somebody asked for another tenant's task. */
export const isBehindWall = (error: unknown): boolean => TroupeError.is(error) && error.cause === BEHIND_WALL;
