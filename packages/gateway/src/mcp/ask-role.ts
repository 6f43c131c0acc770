/** One question to a role on behalf of an MCP client: a task, followed to its end. */
import { type TaskEvent, type TaskId, type TaskView, TroupeError } from "@troupe/runtime/internal";
import { stillRunning } from "../task/finished-task.ts";
import type { Caller, TaskApi } from "../task/task-api.ts";

export interface Asking {
  readonly api: TaskApi;
  readonly caller: Caller;
  /** Aborts when the gateway closes or the client is gone. */
  readonly closing: AbortSignal;
  /** Aborts when the client gives up: then the task is cancelled, else it goes on. */
  readonly given: AbortSignal;
  /** Hears what happens, in words. */
  readonly onProgress: (message: string) => Promise<void>;
}

/** The task once it has ended. Throws `cancelled` when the client gave up, `unavailable` when the gateway closes first. */
export async function followTask(asking: Asking, id: TaskId): Promise<TaskView> {
  const { api, caller, closing, given, onProgress } = asking;
  const signal = AbortSignal.any([closing, given]);
  for await (const event of api.watch(caller, id, { signal })) {
    if (event.type === "done") return api.withResult(event.task);
    const told = wordsFor(event);
    if (told !== undefined) await onProgress(told);
  }
  if (!given.aborted) throw stillRunning(id);
  await cancelled(asking, id);
  throw new TroupeError("cancelled", `the client gave up; task ${id} is cancelled`, { details: { task_id: id } });
}

async function cancelled({ api, caller }: Asking, id: TaskId): Promise<void> {
  try {
    await api.cancel(caller, id);
  } catch (error) {
    // It ended first, which is as good.
    if (!TroupeError.is(error, "conflict")) throw error;
  }
}

/** What an event says to somebody who waits; `undefined` for what is no news. */
export function wordsFor(event: Exclude<TaskEvent, { type: "done" }>): string | undefined {
  switch (event.type) {
    case "step":
      return `${event.role}: ${event.name}`;
    case "forward":
      return `${event.role} hands on to ${event.to.join(", ")}`;
    case "wait":
      return `${event.role} waits for ${event.for.join(", ")}`;
    case "progress":
      return `${event.role}: ${typeof event.data === "string" ? event.data : JSON.stringify(event.data)}`;
    case "retry":
      return `${event.role} tries again: ${event.error.message}`;
    case "dead":
      return `${event.role} failed: ${event.error.message}`;
    case "accepted":
    case "claim":
    case "reply":
    case "token":
    case "gap":
      return undefined;
    default:
      event satisfies never;
      return undefined;
  }
}
