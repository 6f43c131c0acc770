import type { TaskEvent } from "@troupe/runtime/internal";

/** Whether a task may have begun to wait for its client: only a wait for somebody outside the graph may be one. */
export const isQuestion = (event: TaskEvent): event is Extract<TaskEvent, { type: "wait" }> =>
  event.type === "wait" && event.for.some((label) => label.startsWith("signal "));
