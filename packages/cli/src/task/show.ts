import type { TaskEvent, TaskView } from "@troupe/runtime";
import { TroupeError } from "@troupe/runtime";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import type { Terminal } from "../terminal.ts";
import { LiveView } from "./live-view.ts";

/** Shows the events of a task until it ends, and returns the task. Throws `outcome_unknown` when the events end before it does. */
export async function showLive(events: AsyncIterable<TaskEvent>, terminal: Terminal): Promise<TaskView> {
  const view = new LiveView(terminal.paint);
  for await (const event of events) {
    terminal.write(view.on(event));
    if (event.type === "done") return event.task;
  }
  throw new TroupeError("outcome_unknown", "the events ended before the task did; ask again with `troupe task get`");
}

/** In JSON mode prints the task as the last line of standard output; 0 only for a completed task. */
export function finish(task: TaskView, terminal: Terminal): ExitCode {
  if (terminal.isJson) terminal.print(JSON.stringify(task));
  return exitCodeOfTask(task);
}

export const exitCodeOfTask = (task: TaskView): ExitCode =>
  task.status === "completed" ? EXIT_CODES.ok : EXIT_CODES.failed;
