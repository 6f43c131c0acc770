/** `/metrics`: figures of this gateway and of the cluster, for Prometheus. */
import {
  type Clock,
  type ClusterHealth,
  collectProcessMetrics,
  type Logger,
  Metrics,
  messageOf,
  PROCESS_METRICS,
} from "@troupe/runtime/internal";
import type { FastifyInstance } from "fastify";

export interface MetricsPorts {
  /** The supervisor's account of the cluster. Throws when nobody leads. */
  readonly cluster: () => Promise<unknown>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Several scrapes at once, or too often, ask the supervisor once. */
const CLUSTER_AGE_MS = 1_000;
const HEALTH = { healthy: 1, degraded: 0.5, critical: 0 } as const;

/** Watches every request and serves the figures. Must be called before the routes that are to be counted. */
export function registerMetrics(app: FastifyInstance, { cluster, clock, logger }: MetricsPorts): void {
  const metrics = new Metrics([
    "troupe_http_requests_total",
    "troupe_http_request_duration_seconds",
    ...PROCESS_METRICS,
    "troupe_supervisor_up",
    "troupe_supervisor_epoch",
    "troupe_cluster_healthy",
    "troupe_nodes",
    "troupe_actors",
    "troupe_nodes_mean_load_ratio",
    "troupe_mailbox_messages",
    "troupe_oldest_message_age_seconds",
    "troupe_tasks_in_flight",
    "troupe_alerts_firing",
  ]);
  app.addHook("onResponse", (request, reply, done) => {
    // The template, never the path: ids would make a series of each task.
    const operation = `${request.method} ${request.is404 ? "unknown" : (request.routeOptions.url ?? "unknown")}`;
    metrics.add("troupe_http_requests_total", { operation, status: String(reply.statusCode) });
    metrics.observe("troupe_http_request_duration_seconds", { operation }, reply.elapsedTime / 1_000);
    done();
  });
  const stop = collectProcessMetrics(metrics);
  app.addHook("onClose", (_app, done) => {
    stop();
    done();
  });
  let readMs = Number.NEGATIVE_INFINITY;
  metrics.beforeReading(async () => {
    if (clock.monotonicMs() - readMs < CLUSTER_AGE_MS) return;
    readMs = clock.monotonicMs();
    try {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the supervisor's own answer, of this release's type
      setCluster(metrics, (await cluster()) as ClusterHealth);
    } catch (error) {
      logger.debug({ reason: messageOf(error) }, "no supervisor told of the cluster");
      metrics.set("troupe_supervisor_up", {}, 0);
    }
  });
  app.get("/metrics", async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
}

/** The cluster's figures as the supervisor tells them. */
export function setCluster(metrics: Metrics, health: ClusterHealth): void {
  metrics.set("troupe_supervisor_up", {}, 1);
  metrics.set("troupe_supervisor_epoch", {}, health.supervisor.epoch);
  metrics.set("troupe_cluster_healthy", {}, HEALTH[health.status]);
  const { up, suspect, dead, draining } = health.nodes;
  for (const [status, count] of Object.entries({ up, suspect, dead, draining }))
    metrics.set("troupe_nodes", { status }, count);
  const { available, busy, unavailable } = health.actors;
  for (const [state, count] of Object.entries({ available, busy, unavailable }))
    metrics.set("troupe_actors", { state }, count);
  metrics.set("troupe_nodes_mean_load_ratio", {}, health.mean_load);
  metrics.clear("troupe_mailbox_messages");
  for (const [mailbox, { waiting, in_flight: inFlight }] of Object.entries(health.queues)) {
    metrics.set("troupe_mailbox_messages", { mailbox, state: "waiting" }, waiting);
    metrics.set("troupe_mailbox_messages", { mailbox, state: "in_flight" }, inFlight);
  }
  metrics.set("troupe_oldest_message_age_seconds", {}, (health.oldest_message_ms ?? 0) / 1_000);
  metrics.set("troupe_tasks_in_flight", {}, health.tasks_in_flight);
  metrics.clear("troupe_alerts_firing");
  const firing = Map.groupBy(health.alerts, ({ name }) => name);
  for (const [alert, { length }] of firing) metrics.set("troupe_alerts_firing", { alert }, length);
}
