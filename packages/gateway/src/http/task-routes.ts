import type { Clock, TaskAccepted } from "@troupe/runtime/internal";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Caller, TaskApi } from "../task/task-api.ts";
import { type EventStreams, taskEventSource } from "./event-stream.ts";
import { graphView } from "./graph-view.ts";
import { bodyOf, idempotencyKeyOf, queryOf, resumePoint, taskIdOf } from "./request-values.ts";
import { EventsQuery, ListQuery, LogQuery, SignalBody, SubmitBody } from "./schemas.ts";

/** What every family of routes stands on. */
export interface RoutePorts {
  readonly api: TaskApi;
  readonly streams: EventStreams;
  /** On whose behalf a request is answered. */
  readonly callerOf: (request: FastifyRequest) => Caller;
  readonly clock: Clock;
}

export const TASKS = "/api/v1/tasks";

/** Tasks over HTTP: each route reads the request, asks the API and answers; nothing is decided here. */
export function registerTaskRoutes(app: FastifyInstance, { api, streams, callerOf }: RoutePorts): void {
  app.post(TASKS, async (request, reply) => {
    const { role, ...task } = bodyOf(request, SubmitBody, "the task");
    return sendAccepted(reply, await api.submit(callerOf(request), role, task, idempotencyKeyOf(request)));
  });
  app.get(TASKS, (request) => api.list(callerOf(request), queryOf(request, ListQuery)));
  app.get(`${TASKS}/:id`, async (request) =>
    api.withResult((await api.find(callerOf(request), taskIdOf(request))).view),
  );
  app.post(`${TASKS}/:id/cancel`, (request) => api.cancel(callerOf(request), taskIdOf(request)));
  // Who deletes must not be told that it is gone: the task stays to be read.
  app.delete(`${TASKS}/:id`, async (request, reply) => {
    const cancelled = await api.cancel(callerOf(request), taskIdOf(request));
    return reply.code(303).header("location", `${TASKS}/${cancelled.task_id}`).send(cancelled);
  });
  app.get(`${TASKS}/:id/log`, (request) => api.log(callerOf(request), taskIdOf(request), queryOf(request, LogQuery)));
  app.post(`${TASKS}/:id/signals`, (request) => {
    const { name, value } = bodyOf(request, SignalBody, "the signal");
    return api.signal(callerOf(request), taskIdOf(request), name, value);
  });
  app.post(`${TASKS}/:id/retry`, async (request, reply) =>
    sendAccepted(reply, await api.retry(callerOf(request), taskIdOf(request))),
  );
  app.get(`${TASKS}/:id/events`, async (request, reply) => {
    const id = taskIdOf(request);
    const caller = callerOf(request);
    const after = resumePoint(request, queryOf(request, EventsQuery).after);
    const { doneSequence } = await api.find(caller, id);
    // The client has everything: 204 is how it is told not to reconnect.
    if (doneSequence !== undefined && after !== undefined && after >= doneSequence) return reply.code(204).send();
    reply.hijack();
    const watch = (signal: AbortSignal) => api.watch(caller, id, { signal, ...(after === undefined ? {} : { after }) });
    await streams.send(reply.raw, taskEventSource({ "x-request-id": request.id }, watch));
    return reply;
  });
  app.get("/api/v1/graph", () => graphView(api.deployed().system));
  app.get("/api/v1/cluster", () => api.cluster());
}

const sendAccepted = (reply: FastifyReply, accepted: TaskAccepted): FastifyReply =>
  reply.code(202).header("location", `${TASKS}/${accepted.task_id}`).send(accepted);
