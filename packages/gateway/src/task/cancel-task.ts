import {
  CONTROL_VERSION,
  DoneBody,
  doneRecord,
  type Ended,
  type Subjects,
  type TaskId,
  type TaskLog,
  type TaskStatus,
  TroupeError,
  type WriteOncePorts,
  writeOnce,
} from "@troupe/runtime/internal";
import { readJson } from "../ingress/read-json.ts";
import type { TaskReader } from "../watch/task-reader.ts";
import { readKnownTask } from "./known-task.ts";
import type { Caller } from "./task-api.ts";

export interface CancelPorts extends WriteOncePorts {
  readonly log: TaskLog;
  readonly subjects: Subjects;
  readonly reader: TaskReader;
  /** Tells every host at once; hosts that miss it see the end when they commit. */
  readonly announce: (ended: Ended) => void;
}

/**
 * Ends a task as cancelled: once this returns, it has no other end. Cancelling twice is one cancel. Throws `unknown_task`, and `conflict`
 * with the status when the task had ended otherwise.
 */
export async function cancelTask(
  ports: CancelPorts,
  caller: Caller,
  id: TaskId,
): Promise<{ task_id: TaskId; status: TaskStatus }> {
  const { view, tenant } = await readKnownTask(ports.reader, caller, id);
  if (view.finished_at === undefined) {
    const body: DoneBody = {
      status: "cancelled",
      by: "client",
      error: { code: "cancelled", message: "cancelled by the client" },
    };
    const outcome = await writeOnce(ports, doneRecord(ports.subjects, id, body, tenant));
    if (outcome.kind === "exists") requireCancelled(id, DoneBody.safeParse(readJson(outcome.record.body)).data?.status);
  } else requireCancelled(id, view.status);
  ports.announce({ v: CONTROL_VERSION, task: id, reason: "cancelled" });
  return { task_id: id, status: "cancelled" };
}

function requireCancelled(id: TaskId, status: TaskStatus | undefined): void {
  if (status === "cancelled") return;
  throw new TroupeError("conflict", `task ${id} has already ended: ${status ?? "unreadable end"}`, {
    details: { task_id: id, ...(status ? { status } : {}) },
  });
}
