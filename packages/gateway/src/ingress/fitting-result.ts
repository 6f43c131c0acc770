import { BlobBody, type TaskEvent, type TaskView } from "@troupe/runtime/internal";
import type { TaskApi } from "../task/task-api.ts";

/** What a message holds besides a large result: the rest of the view. */
const VIEW_BYTES = 64 * 1024;

/**
 * A view with its result where a NATS message of `maxPayloadBytes` has room for it. A larger result stays the reference that the log
 * holds, `{"$blob": {role, sha256, bytes}}`; the HTTP edge answers with the whole. Throws what {@link TaskApi.withResult} throws.
 */
export async function withFittingResult(
  api: Pick<TaskApi, "withResult">,
  view: TaskView,
  maxPayloadBytes: number,
): Promise<TaskView> {
  const reference = BlobBody.safeParse(view.result);
  const isTooLarge = reference.success && reference.data.$blob.bytes + VIEW_BYTES > maxPayloadBytes;
  return isTooLarge ? view : api.withResult(view);
}

/** An event as it is sent: the last one shows the task. */
export async function withFittingEnd(
  api: Pick<TaskApi, "withResult">,
  event: TaskEvent,
  maxPayloadBytes: number,
): Promise<TaskEvent> {
  if (event.type !== "done") return event;
  return { ...event, task: await withFittingResult(api, event.task, maxPayloadBytes) };
}
