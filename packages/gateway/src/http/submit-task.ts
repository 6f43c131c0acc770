import { type TaskAccepted, type TaskRequest, TroupeError } from "@troupe/runtime/internal";
import type { FastifyReply, FastifyRequest } from "fastify";
import { idempotencyKeyOf } from "./request-values.ts";
import type { RoutePorts } from "./task-routes.ts";

/** Tells OpenAI's SDKs not to send a request again by themselves. */
export const NO_RETRY = { "x-should-retry": "false" };

/** Names the task of an answer. */
export const TASK_HEADER = "x-troupe-task-id";

/**
 * Submits a task for a client that repeats requests by itself: without an idempotency key, a repeat of what was accepted would be a
 * second task, so the client is told not to.
 */
export async function submitTask(
  { api, callerOf }: RoutePorts,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  role: string,
  task: TaskRequest,
): Promise<TaskAccepted> {
  const key = idempotencyKeyOf(request);
  try {
    const accepted = await api.submit(callerOf(request), role, task, key);
    reply.headers({ [TASK_HEADER]: accepted.task_id, ...(key === undefined ? NO_RETRY : {}) });
    return accepted;
  } catch (error) {
    if (key === undefined && TroupeError.is(error, "outcome_unknown")) reply.headers(NO_RETRY);
    throw error;
  }
}
