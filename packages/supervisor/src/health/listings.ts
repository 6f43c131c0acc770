/** Answers of the deeper read verbs: nodes, actors, queues, placement. Pure. */
import { type NodePlacement, rfc3339 } from "@troupe/runtime/internal";
import type { Placement } from "../placement/placement-loop.ts";
import { mailboxOf, replicaKey } from "../placement/wanted.ts";
import { actorHealth } from "./actor-health.ts";
import { type ClusterView, oldestOf } from "./cluster-view.ts";

export const nodesAnswer = ({ membership }: ClusterView) => ({
  nodes: [...membership.nodes.values()]
    .toSorted((a, b) => (a.member.node < b.member.node ? -1 : 1))
    .map(({ member, heartbeat }) => ({
      node: member.node,
      incarnation: member.incarnation,
      status: member.status,
      since: member.since,
      reason: member.reason,
      labels: member.labels,
      capabilities: member.capabilities,
      slots: member.slots,
      busy: heartbeat?.busy ?? 0,
      load: heartbeat?.load ?? 0,
      memory_bytes: heartbeat?.memoryBytes ?? null,
      loop_p99_ms: heartbeat?.loopP99Ms ?? null,
      actors: heartbeat?.actors.length ?? 0,
    })),
});

const NOT_REPORTED = {
  state: "unavailable",
  inFlight: 0,
  done: 0,
  failed: 0,
  meanMs: 0,
  silentMs: undefined,
} as const;

/** How many messages at once each replica takes. */
const concurrencyOf = (rows: readonly NodePlacement[]): ReadonlyMap<string, number> =>
  new Map(rows.flatMap(({ replicas }) => replicas.map((replica) => [replicaKey(replica), replica.concurrency])));

/** Every replica that should run: where, and what its node says of it. */
export function actorsAnswer({ membership, assignment, rows, unplaced, outcomesOf }: ClusterView) {
  const concurrencies = concurrencyOf(rows);
  const placed = [...assignment].map(([id, node]) => {
    const reported = membership.nodes.get(node)?.heartbeat?.actors.find((actor) => actor.id === id);
    const { state, inFlight, done, failed, meanMs, silentMs } = reported ?? NOT_REPORTED;
    return {
      id,
      node,
      state,
      health: actorHealth(meanMs, outcomesOf(id)),
      in_flight: inFlight,
      concurrency: concurrencies.get(id) ?? 1,
      load: inFlight / (concurrencies.get(id) ?? 1),
      done,
      failed,
      mean_ms: meanMs,
      silent_ms: silentMs ?? null,
    };
  });
  const waiting = unplaced.map(({ replica, reason, isQuarantined }) => ({
    id: `${replica.version}/${mailboxOf(replica.role, replica.variant)}/${replica.index}`,
    node: null,
    state: isQuarantined === true ? "quarantined" : "unplaced",
    reason,
  }));
  return { actors: [...placed.toSorted((a, b) => (a.id < b.id ? -1 : 1)), ...waiting] };
}

const ageOf = (sinceMs: number | undefined, nowMs: number): number | null =>
  sinceMs === undefined ? null : Math.max(0, nowMs - sinceMs);

export const queuesAnswer = ({ queues, oldestWaiting, nowMs }: ClusterView) => ({
  queues: queues.map(({ version, mailbox, shard, waiting, inFlight }) => ({
    mailbox,
    version,
    shard,
    waiting,
    in_flight: inFlight,
    oldest_message_ms: ageOf(oldestWaiting.get(`${version}/${mailbox}`), nowMs),
  })),
  oldest_message_ms: ageOf(oldestOf({ oldestWaiting }), nowMs),
});

/** The rows as nodes have them, and for each replica why it is where it is. */
export const placementAnswer = (view: ClusterView, { rows, decisions }: Pick<Placement, "rows" | "decisions">) => ({
  at: rfc3339(view.nowMs),
  nodes: rows.toSorted((a, b) => (a.node < b.node ? -1 : 1)),
  replicas: [...decisions]
    .map(([id, { node, reason, at }]) => ({ id, node, reason, at: at ?? null }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  paused: view.desired?.paused ?? [],
  unplaced: view.unplaced.map(({ replica, reason }) => ({
    version: replica.version,
    role: replica.role,
    variant: replica.variant ?? null,
    index: replica.index,
    reason,
  })),
});
