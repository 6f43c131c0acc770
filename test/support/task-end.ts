import { setTimeout as timer } from "node:timers/promises";
import { type TaskId, type TaskView, type TroupeClient, TroupeError } from "@troupe/runtime";

const AGAIN_MS = 500;

/** The end of a task, asked for again while nobody answers: gateways and servers may be dying, or the machine be busy. */
export async function taskEnd(client: TroupeClient, task: TaskId, limitMs: number): Promise<TaskView> {
  const signal = AbortSignal.timeout(limitMs);
  for (;;) {
    try {
      return await client.result(task, { signal });
    } catch (error) {
      if (signal.aborted || !TroupeError.is(error, "unavailable")) throw error;
      await timer(AGAIN_MS);
    }
  }
}
