import { TaskState } from "@a2a-js/sdk";

const TERMINAL: ReadonlySet<TaskState> = new Set([
  TaskState.TASK_STATE_COMPLETED,
  TaskState.TASK_STATE_FAILED,
  TaskState.TASK_STATE_CANCELED,
  TaskState.TASK_STATE_REJECTED,
]);

/** Whether nothing comes after this state. */
export const isTerminal = (state: TaskState): boolean => TERMINAL.has(state);

/** Whether the task goes on only once its client has answered. */
export const isInterrupted = (state: TaskState): boolean => state === TaskState.TASK_STATE_INPUT_REQUIRED;
