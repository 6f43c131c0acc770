import { type TaskId, TroupeError } from "@troupe/runtime/internal";
import type { FastifyInstance } from "fastify";
import { answerText, failureOf } from "../openai/answer.ts";
import { LiveAnswer } from "../openai/live-answer.ts";
import { type Turn, turnsOfInput } from "../openai/messages.ts";
import { requireModel } from "../openai/model-list.ts";
import { type ResponseEvent, ResponseEvents } from "../openai/response-events.ts";
import { responseObject, taskOfResponseId } from "../openai/response-object.ts";
import { ResponseRequest, taskOfResponse } from "../openai/response-request.ts";
import { finishedTask, stillRunning } from "../task/finished-task.ts";
import type { Caller, TaskApi } from "../task/task-api.ts";
import { formatFrame } from "./event-stream.ts";
import { openAiError } from "./problem.ts";
import { bodyOf, pathIdOf, sessionOf } from "./request-values.ts";
import { NO_RETRY, submitTask, TASK_HEADER } from "./submit-task.ts";
import type { RoutePorts } from "./task-routes.ts";

const RESPONSES = "/v1/responses";

/** OpenAI's responses. Each is a task: background ones are read later, and all of them can be, at any gateway. */
export function registerResponseRoutes(app: FastifyInstance, ports: RoutePorts): void {
  const { api, streams, callerOf } = ports;
  registerStoredResponses(app, ports);
  app.post(RESPONSES, async (request, reply) => {
    const body = bodyOf(request, ResponseRequest, "the request");
    const model = requireModel(api.deployed(), body.model, "model").id;
    const { previous_response_id: previousResponseId, instructions } = body;
    const isBackground = body.background === true;
    const echo = { instructions, previousResponseId, isBackground };
    const caller = callerOf(request);
    const earlier = typeof previousResponseId === "string" ? await earlierTurns(api, caller, previousResponseId) : [];
    const task = taskOfResponse(body, earlier, sessionOf(request));
    const id = (await submitTask(ports, { request, reply }, model, task)).task_id;
    if (body.stream === true) {
      const events = new ResponseEvents(id, echo);
      reply.hijack();
      await streams.send(reply.raw, {
        headers: { "x-request-id": request.id, [TASK_HEADER]: id },
        frames: (signal) => responseFrames(api, { caller, id, events, signal }),
        failure: (error) => frameOf(events.error(openAiError(error))),
      });
      return reply;
    }
    if (isBackground) return responseObject((await api.find(caller, id)).view, echo);
    const view = await streams.hold(reply.raw, (signal) => finishedTask(api, caller, id, signal));
    const failure = failureOf(view);
    if (!failure) return responseObject(view, echo);
    reply.headers(NO_RETRY);
    throw failure;
  });
}

function registerStoredResponses(app: FastifyInstance, { api, callerOf }: RoutePorts): void {
  const read = async (caller: Caller, id: TaskId) =>
    responseObject(await api.withResult((await api.find(caller, id)).view));
  app.get(`${RESPONSES}/:id`, (request) => read(callerOf(request), taskOfResponseId(pathIdOf(request), "response_id")));
  app.post(`${RESPONSES}/:id/cancel`, async (request) => {
    const id = taskOfResponseId(pathIdOf(request), "response_id");
    await api.cancel(callerOf(request), id);
    return read(callerOf(request), id);
  });
}

/** The conversation up to a response: what it was asked, with all that came before, and what it answered. */
async function earlierTurns(api: TaskApi, caller: Caller, previous: string): Promise<readonly Turn[]> {
  const id = taskOfResponseId(previous, "previous_response_id");
  const view = await api.withResult((await api.find(caller, id)).view);
  if (view.status === "completed") {
    return [...turnsOfInput(await api.inputOf(caller, id)), { role: "assistant", content: answerText(view) }];
  }
  const reason = `response ${previous} is ${view.status}: only a completed one can be continued`;
  throw new TroupeError("conflict", reason, { details: { problems: [{ path: "previous_response_id", reason }] } });
}

interface StreamedResponse {
  readonly caller: Caller;
  readonly id: TaskId;
  readonly events: ResponseEvents;
  readonly signal: AbortSignal;
}

async function* responseFrames(api: TaskApi, { caller, id, events, signal }: StreamedResponse): AsyncGenerator<string> {
  yield* events.begin((await api.find(caller, id)).view).map(frameOf);
  const live = new LiveAnswer(api.systemOf(id));
  for await (const event of api.watch(caller, id, { signal })) {
    if (event.type !== "done") {
      yield* events.text(live.feed(event).answer ?? "").map(frameOf);
      continue;
    }
    const view = await api.withResult(event.task);
    if (!failureOf(view)) yield* events.text(live.rest(answerText(view))).map(frameOf);
    yield* events.end(view).map(frameOf);
    return;
  }
  throw stillRunning(id);
}

const frameOf = (event: ResponseEvent): string => formatFrame(event, event.type);
