import type { TaskAccepted } from "@troupe/runtime/internal";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Caller, TaskApi } from "../task/task-api.ts";
import type { EventStreams } from "./event-stream.ts";
import { bodyOf, idempotencyKeyOf, queryOf, resumePoint, taskIdOf } from "./request-values.ts";
import { EventsQuery, ListQuery, LogQuery, SignalBody, SubmitBody } from "./schemas.ts";

export interface TaskRoutes {
  readonly api: TaskApi;
  readonly streams: EventStreams;
  readonly caller: Caller;
}

const TASKS = "/api/v1/tasks";

/** Tasks over HTTP: each route reads the request, asks the API and answers; nothing is decided here. */
export function registerTaskRoutes(app: FastifyInstance, { api, streams, caller }: TaskRoutes): void {
  app.post(TASKS, async (request, reply) => {
    const { role, ...task } = bodyOf(request, SubmitBody, "the task");
    return sendAccepted(reply, await api.submit(caller, role, task, idempotencyKeyOf(request)));
  });
  app.get(TASKS, (request) => api.list(queryOf(request, ListQuery)));
  app.get(`${TASKS}/:id`, async (request) => (await api.find(taskIdOf(request))).view);
  app.delete(`${TASKS}/:id`, (request) => api.cancel(taskIdOf(request)));
  app.get(`${TASKS}/:id/log`, (request) => api.log(taskIdOf(request), queryOf(request, LogQuery)));
  app.post(`${TASKS}/:id/signals`, (request) => {
    const { name, value } = bodyOf(request, SignalBody, "the signal");
    return api.signal(taskIdOf(request), name, value);
  });
  app.post(`${TASKS}/:id/retry`, async (request, reply) => sendAccepted(reply, await api.retry(taskIdOf(request))));
  app.get(`${TASKS}/:id/events`, async (request, reply) => {
    const id = taskIdOf(request);
    const after = resumePoint(request, queryOf(request, EventsQuery).after);
    const { doneSequence } = await api.find(id);
    // The client has everything: 204 is how it is told not to reconnect.
    if (doneSequence !== undefined && after !== undefined && after >= doneSequence) return reply.code(204).send();
    reply.hijack();
    const headers = { "x-request-id": request.id };
    await streams.send(reply.raw, headers, (signal) =>
      api.watch(id, { signal, ...(after === undefined ? {} : { after }) }),
    );
    return reply;
  });
  app.get("/api/v1/cluster", () => api.cluster());
}

const sendAccepted = (reply: FastifyReply, accepted: TaskAccepted): FastifyReply =>
  reply.code(202).header("location", `${TASKS}/${accepted.task_id}`).send(accepted);
