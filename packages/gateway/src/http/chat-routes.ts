import type { TaskId } from "@troupe/runtime/internal";
import type { FastifyInstance } from "fastify";
import { answerText, failureOf } from "../openai/answer.ts";
import { CompletionChunks, chatCompletion, completionHead } from "../openai/chat-completion.ts";
import { ChatRequest, taskOfChat } from "../openai/chat-request.ts";
import { LiveAnswer } from "../openai/live-answer.ts";
import { requireModel } from "../openai/model-list.ts";
import { finishedTask, stillRunning } from "../task/finished-task.ts";
import type { Caller, TaskApi } from "../task/task-api.ts";
import { formatFrame } from "./event-stream.ts";
import { openAiError } from "./problem.ts";
import { bodyOf, sessionOf } from "./request-values.ts";
import { NO_RETRY, submitTask, TASK_HEADER } from "./submit-task.ts";
import type { RoutePorts } from "./task-routes.ts";

const DONE = "data: [DONE]\n\n";
const failureFrame = (error: unknown): string => formatFrame({ error: openAiError(error) });

/** OpenAI's chat completions. A caller who goes away leaves the task running: it can be read, watched and cancelled by its id. */
export function registerChatRoutes(app: FastifyInstance, ports: RoutePorts): void {
  const { api, streams, clock, callerOf } = ports;
  app.post("/v1/chat/completions", async (request, reply) => {
    const body = bodyOf(request, ChatRequest, "the request");
    const model = requireModel(api.deployed(), body.model, "model").id;
    const accepted = await submitTask(ports, { request, reply }, model, taskOfChat(body, sessionOf(request)));
    const id = accepted.task_id;
    const caller = callerOf(request);
    if (body.stream !== true) {
      const view = await streams.hold(reply.raw, (signal) => finishedTask(api, caller, id, signal));
      const failure = failureOf(view);
      if (!failure) return chatCompletion(view, model);
      reply.headers(NO_RETRY);
      throw failure;
    }
    const hasUsage = body.stream_options?.include_usage === true;
    const chunks = new CompletionChunks(completionHead(id, model, clock.nowMs()), hasUsage);
    reply.hijack();
    await streams.send(reply.raw, {
      headers: { "x-request-id": request.id, [TASK_HEADER]: id },
      frames: (signal) => completionFrames(api, { caller, id, chunks, signal }),
      failure: failureFrame,
    });
    return reply;
  });
}

interface StreamedCompletion {
  readonly caller: Caller;
  readonly id: TaskId;
  readonly chunks: CompletionChunks;
  readonly signal: AbortSignal;
}

async function* completionFrames(
  api: TaskApi,
  { caller, id, chunks, signal }: StreamedCompletion,
): AsyncGenerator<string> {
  yield formatFrame(chunks.first());
  const live = new LiveAnswer(api.systemOf(id));
  for await (const event of api.watch(caller, id, { signal })) {
    if (event.type !== "done") {
      const chunk = chunks.text(live.feed(event));
      if (chunk !== undefined) yield formatFrame(chunk);
      continue;
    }
    const view = await api.withResult(event.task);
    const failure = failureOf(view);
    if (failure) yield failureFrame(failure);
    else {
      const rest = chunks.text({ answer: live.rest(answerText(view)) });
      if (rest !== undefined) yield formatFrame(rest);
      for (const chunk of chunks.last(view)) yield formatFrame(chunk);
      yield DONE;
    }
    return;
  }
  throw stillRunning(id);
}
