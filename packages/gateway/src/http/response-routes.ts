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
import { formatFrame } from "./event-stream.ts";
import { openAiError } from "./problem.ts";
import { bodyOf, pathIdOf, sessionOf } from "./request-values.ts";
import { NO_RETRY, submitTask, TASK_HEADER } from "./submit-task.ts";
import type { RoutePorts } from "./task-routes.ts";

const RESPONSES = "/v1/responses";

/** OpenAI's responses. Each is a task: background ones are read later, and all of them can be, at any gateway. */
export function registerResponseRoutes(app: FastifyInstance, ports: RoutePorts): void {
  const { api, streams } = ports;
  registerStoredResponses(app, ports);
  app.post(RESPONSES, async (request, reply) => {
    const body = bodyOf(request, ResponseRequest, "the request");
    const model = requireModel(api.deployed(), body.model, "model").id;
    const { previous_response_id: previousResponseId, instructions } = body;
    const isBackground = body.background === true;
    const echo = { instructions, previousResponseId, isBackground };
    const earlier = typeof previousResponseId === "string" ? await earlierTurns(ports, previousResponseId) : [];
    const task = taskOfResponse(body, earlier, sessionOf(request));
    const id = (await submitTask(ports, { request, reply }, model, task)).task_id;
    if (body.stream === true) {
      const events = new ResponseEvents(id, echo);
      reply.hijack();
      await streams.send(reply.raw, {
        headers: { "x-request-id": request.id, [TASK_HEADER]: id },
        frames: (signal) => responseFrames(ports, id, events, signal),
        failure: (error) => frameOf(events.error(openAiError(error))),
      });
      return reply;
    }
    if (isBackground) return responseObject((await api.find(id)).view, echo);
    const view = await streams.hold(reply.raw, (signal) => finishedTask(api, id, signal));
    const failure = failureOf(view);
    if (!failure) return responseObject(view, echo);
    reply.headers(NO_RETRY);
    throw failure;
  });
}

function registerStoredResponses(app: FastifyInstance, { api }: RoutePorts): void {
  const read = async (id: TaskId) => responseObject(await api.withResult((await api.find(id)).view));
  app.get(`${RESPONSES}/:id`, (request) => read(taskOfResponseId(pathIdOf(request), "response_id")));
  app.post(`${RESPONSES}/:id/cancel`, async (request) => {
    const id = taskOfResponseId(pathIdOf(request), "response_id");
    await api.cancel(id);
    return read(id);
  });
}

/** The conversation up to a response: what it was asked, with all that came before, and what it answered. */
async function earlierTurns({ api }: RoutePorts, previous: string): Promise<readonly Turn[]> {
  const id = taskOfResponseId(previous, "previous_response_id");
  const view = await api.withResult((await api.find(id)).view);
  if (view.status === "completed") {
    return [...turnsOfInput(await api.inputOf(id)), { role: "assistant", content: answerText(view) }];
  }
  const reason = `response ${previous} is ${view.status}: only a completed one can be continued`;
  throw new TroupeError("conflict", reason, { details: { problems: [{ path: "previous_response_id", reason }] } });
}

async function* responseFrames(
  { api }: RoutePorts,
  id: TaskId,
  events: ResponseEvents,
  signal: AbortSignal,
): AsyncGenerator<string> {
  yield* events.begin((await api.find(id)).view).map(frameOf);
  const live = new LiveAnswer(api.systemOf(id));
  for await (const event of api.watch(id, { signal })) {
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
