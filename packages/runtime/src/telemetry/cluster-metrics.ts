import type { ClusterHealth } from "../contracts/control.ts";
import type { MetricName } from "./metric-names.ts";
import type { Metrics } from "./metrics.ts";

/** What {@link setCluster} sets. */
export const CLUSTER_METRICS = [
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
] as const satisfies readonly MetricName[];

const HEALTH = { healthy: 1, degraded: 0.5, critical: 0 } as const;

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
