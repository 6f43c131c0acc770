/** `<sys>.supervisor.health`: the cluster in one answer (R-SUP-1). Pure. */
import { type ClusterHealth, type Heartbeat, rfc3339 } from "@troupe/runtime/internal";
import { type FiringAlert, isOfNow } from "../alerts/alerts.ts";
import { isMassSuspicion } from "../membership/brakes.ts";
import type { Membership } from "../membership/snapshot.ts";
import type { QueueState } from "../queues/queue-reader.ts";
import { type ClusterView, oldestOf } from "./cluster-view.ts";
import { dependenciesOf } from "./dependencies.ts";

export function healthOf(view: ClusterView, alerts: readonly FiringAlert[]): ClusterHealth {
  const nodes = nodeCounts(view.membership);
  const actors = actorCounts(view);
  const { critical, degraded } = reasonsOf(view, nodes, actors, alerts);
  const oldestMs = oldestOf(view);
  return {
    status: critical.length > 0 ? "critical" : degraded.length > 0 ? "degraded" : "healthy",
    reasons: [...critical, ...degraded],
    system: view.system,
    version: view.desired?.current ?? null,
    nodes,
    actors,
    mean_load: meanLoad(view.membership),
    queues: queueTotals(view.queues),
    tasks_in_flight: view.openTasks,
    dependencies: dependenciesOf(view.membership),
    oldest_message_ms: oldestMs === undefined ? null : Math.max(0, view.nowMs - oldestMs),
    alerts: alerts.map(({ name, since, text }) => ({ name, since, text })),
    supervisor: {
      id: view.supervisor.id,
      epoch: view.supervisor.epoch,
      since: rfc3339(view.supervisor.sinceMs),
    },
  };
}

/** What makes it critical, and what only degrades it. */
function reasonsOf(
  view: ClusterView,
  nodes: ClusterHealth["nodes"],
  actors: ClusterHealth["actors"],
  alerts: readonly FiringAlert[],
): { critical: string[]; degraded: string[] } {
  const critical: string[] = [];
  const degraded: string[] = [];
  if (!view.desired) degraded.push("no system is deployed");
  if (nodes.up + nodes.draining === 0) (view.desired ? critical : degraded).push("no node is up");
  else if (isMassSuspicion(view.membership)) critical.push("half or more of the nodes are suspect");
  else if (nodes.suspect > 0) degraded.push(`${nodes.suspect} of ${nodes.total} nodes suspect`);
  if (actors.total > 0 && actors.unavailable === actors.total) critical.push("no actor is available");
  else if (actors.unavailable > 0) degraded.push(`${actors.unavailable} of ${actors.total} actors are unavailable`);
  if (view.desired && view.desired.paused.length > 0) degraded.push(`paused: ${view.desired.paused.join(", ")}`);
  degraded.push(...alerts.filter(isOfNow).map(({ text }) => text));
  return { critical, degraded };
}

/** Present nodes; who has left in an orderly way does not count. */
export function nodeCounts({ nodes }: Membership): ClusterHealth["nodes"] {
  const counts = { total: 0, up: 0, suspect: 0, dead: 0, draining: 0 };
  for (const { member } of nodes.values()) {
    if (member.status === "left") continue;
    counts.total++;
    if (member.status !== "joining") counts[member.status]++;
  }
  return counts;
}

/** Replicas that should run, by what their nodes say of them; one that no node reports, or that has no place, is unavailable. */
export function actorCounts({ membership, assignment, unplaced }: ClusterView): ClusterHealth["actors"] {
  const counts = { total: assignment.size + unplaced.length, available: 0, busy: 0 };
  for (const [key, node] of assignment) {
    const known = membership.nodes.get(node);
    if (known?.member.status !== "up" && known?.member.status !== "draining") continue;
    const state = known.heartbeat?.actors.find(({ id }) => id === key)?.state;
    if (state === "available" || state === "busy") counts[state]++;
  }
  return { ...counts, unavailable: counts.total - counts.available - counts.busy };
}

function meanLoad({ nodes }: Membership): number {
  const loads = [...nodes.values()].flatMap(({ member, heartbeat }): number[] => {
    const isPresent: boolean = member.status === "up" || member.status === "draining";
    return isPresent && heartbeat ? [loadOf(heartbeat)] : [];
  });
  const mean = loads.reduce((sum, load) => sum + load, 0) / Math.max(1, loads.length);
  return Math.round(mean * 1_000) / 1_000;
}

const loadOf = ({ load }: Heartbeat): number => load;

/** Messages by mailbox, over all shards and versions. */
export function queueTotals(queues: readonly QueueState[]): ClusterHealth["queues"] {
  const totals: Record<string, { waiting: number; in_flight: number }> = {};
  for (const { mailbox, waiting, inFlight } of queues) {
    const total = totals[mailbox] ?? { waiting: 0, in_flight: 0 };
    totals[mailbox] = { waiting: total.waiting + waiting, in_flight: total.in_flight + inFlight };
  }
  return totals;
}
