/** What a finished task answers: text, or the error that it ended with. Pure. */
import { type TaskStatus, type TaskView, TroupeError } from "@troupe/runtime/internal";

/** The result as text; a result that is none as JSON. */
export const answerText = ({ result }: TaskView): string =>
  typeof result === "string" ? result : result === undefined ? "" : JSON.stringify(result);

/** Why a finished task has no answer; `undefined` when it has one. */
export function failureOf(view: TaskView): TroupeError | undefined {
  const { status, error, task_id } = view;
  const code = error?.code ?? CODE_OF_END[status];
  if (code === undefined) return undefined;
  const message = error?.message ?? `the task ended as ${status}`;
  return new TroupeError(code, message, { details: { ...error?.details, task_id, status } });
}

const CODE_OF_END: Partial<Record<TaskStatus, "handler_failed" | "cancelled" | "deadline_exceeded" | "conflict">> = {
  failed: "handler_failed",
  cancelled: "cancelled",
  expired: "deadline_exceeded",
  rejected: "conflict",
};
