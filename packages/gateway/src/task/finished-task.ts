import { type TaskId, type TaskView, TroupeError } from "@troupe/runtime/internal";
import type { Caller, TaskApi } from "./task-api.ts";

/** Waits for a task's end. Throws `unknown_task`, and `unavailable` when the signal aborts first: the task goes on then. */
export async function finishedTask(
  api: Pick<TaskApi, "watch" | "withResult">,
  caller: Caller,
  id: TaskId,
  signal: AbortSignal,
): Promise<TaskView> {
  for await (const event of api.watch(caller, id, { signal }))
    if (event.type === "done") return api.withResult(event.task);
  throw stillRunning(id);
}

/** For a caller who stops hearing before the task ends. */
export const stillRunning = (id: TaskId): TroupeError =>
  new TroupeError("unavailable", `this gateway stops; task ${id} goes on and can be read at any other`, {
    details: { task_id: id },
  });
