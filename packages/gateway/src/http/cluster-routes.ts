import { OPERATION_KINDS, OPERATION_REQUESTS, type StoredControlEvent, TroupeError } from "@troupe/runtime/internal";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { SupervisorApi } from "../cluster/supervisor-api.ts";
import { CLUSTER_VIEWS } from "./cluster-operations.ts";
import { type EventSource, formatFrame } from "./event-stream.ts";
import { bodyOf, pathIdOf, queryOf, requireJson, resumePoint } from "./request-values.ts";
import { EventsQuery } from "./schemas.ts";
import type { RoutePorts } from "./task-routes.ts";

export interface ClusterRoutePorts extends Pick<RoutePorts, "streams" | "callerOf"> {
  readonly supervisor: SupervisorApi;
}

const OPERATIONS = "/api/v1/operations";

/** The cluster over HTTP: each route asks the supervisor; who may is decided before. */
export function registerClusterRoutes(app: FastifyInstance, ports: ClusterRoutePorts): void {
  const { supervisor, streams, callerOf } = ports;
  for (const view of CLUSTER_VIEWS) app.get(`/api/v1/${view}`, () => supervisor.read(view));
  app.get("/api/v1/events", async (request, reply) => {
    const after = resumePoint(request, queryOf(request, EventsQuery).after);
    reply.hijack();
    await streams.send(
      reply.raw,
      clusterEvents(request, (signal) => supervisor.events(after, signal)),
    );
    return reply;
  });
  for (const kind of OPERATION_KINDS) {
    app.post(`${OPERATIONS}/${kind}`, async (request, reply) => {
      requireJson(request, "an operation");
      const body = bodyOf(request, OPERATION_REQUESTS[kind], "the operation");
      const { tenant, user = "nobody" } = callerOf(request);
      const operation = await supervisor.operate(kind, body, `http ${tenant}/${user}`);
      return reply.code(202).header("location", `${OPERATIONS}/${operation.id}`).send(operation);
    });
  }
  app.get(`${OPERATIONS}/:id`, (request) => supervisor.operation(pathIdOf(request)));
}

const clusterEvents = (
  { id }: FastifyRequest,
  follow: (signal: AbortSignal) => AsyncIterable<StoredControlEvent>,
): EventSource => ({
  headers: { "x-request-id": id },
  async *frames(signal) {
    try {
      for await (const event of follow(signal)) yield `id: ${event.sequence}\n${formatFrame(event, event.name)}`;
    } catch (error) {
      // The client has gone, or the gateway closes: the stream ends, and goes on elsewhere after the last id.
      if (!signal.aborted) throw error;
    }
  },
  failure: (error) => formatFrame({ code: TroupeError.is(error) ? error.code : "unavailable" }, "error"),
});
