import type { NodePlacement } from "../contracts/control.ts";
import type { RevokedEdge } from "../contracts/system.ts";
import { type ReplicaSpec, replicaId } from "../host/ipc.ts";

/**
 * What a node should be running: the full list of replicas for each host. A version has one host, `v7`, and one more for each replica that
 * runs alone, `v7/planner/0#2`: in its next generation that is another process.
 */
export type HostAssignments = ReadonlyMap<string, readonly ReplicaSpec[]>;

/**
 * Which of two placements counts: the one with the higher epoch. A node never goes back, whatever order rows arrive in, and takes nothing
 * that a leader wrote after a later one had begun.
 */
export function newerPlacement(known: NodePlacement | undefined, seen: NodePlacement): NodePlacement {
  if (known === undefined) return seen;
  const isOfEarlierTerm = (seen.leaderEpoch ?? 0) < (known.leaderEpoch ?? 0);
  return seen.epoch > known.epoch && !isOfEarlierTerm ? seen : known;
}

/** Spreads a placement over hosts. Replicas of paused roles keep their place and take nothing; those that stand by take nothing yet. */
export function assignReplicas(
  placement: NodePlacement | undefined,
  paused: ReadonlySet<string>,
  revoked: readonly RevokedEdge[] = [],
): HostAssignments {
  const assignments = new Map<string, ReplicaSpec[]>();
  for (const replica of placement?.replicas ?? []) {
    const { version, isStandby = false, isAlone = false, ...rest } = replica;
    const cut = revoked.filter(({ from }) => from === replica.role).map(({ to }) => to);
    const spec = {
      ...rest,
      epoch: placement?.epoch ?? 0,
      isPaused: isStandby || paused.has(replica.role),
      ...(cut.length === 0 ? {} : { revoked: cut }),
    };
    const host = isAlone ? `${replicaId(version, spec)}#${replica.generation ?? 0}` : version;
    const list = assignments.get(host) ?? [];
    list.push(spec);
    assignments.set(host, list);
  }
  return assignments;
}

/** The version that a host of {@link HostAssignments} runs. */
export const versionOfHost = (host: string): string => host.split("/", 1)[0] ?? host;
