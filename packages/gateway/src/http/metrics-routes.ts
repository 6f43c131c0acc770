/** `/metrics`: figures of this gateway and of the cluster, for Prometheus. */
import {
  CLUSTER_METRICS,
  type Clock,
  type ClusterHealth,
  collectProcessMetrics,
  type Logger,
  Metrics,
  messageOf,
  PROCESS_METRICS,
  setCluster,
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

/** Watches every request and serves the figures. Must be called before the routes that are to be counted. */
export function registerMetrics(app: FastifyInstance, { cluster, clock, logger }: MetricsPorts): void {
  const metrics = new Metrics([
    "troupe_http_requests_total",
    "troupe_http_request_duration_seconds",
    ...PROCESS_METRICS,
    ...CLUSTER_METRICS,
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
