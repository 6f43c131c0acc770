import type { NodePlacement } from "../contracts/control.ts";
import type { ReplicaSpec } from "../host/ipc.ts";

/** What a node should be running: the full list of replicas for each version, each version in a host of its own. */
export type HostAssignments = ReadonlyMap<string, readonly ReplicaSpec[]>;

/** Which of two placements counts: the one with the higher epoch. A node never goes back, whatever order rows arrive in. */
export function newerPlacement(known: NodePlacement | undefined, seen: NodePlacement): NodePlacement {
  return known === undefined || seen.epoch > known.epoch ? seen : known;
}

/** Spreads a placement over hosts. Replicas of paused roles keep their place and take nothing. */
export function assignReplicas(placement: NodePlacement | undefined, paused: ReadonlySet<string>): HostAssignments {
  const assignments = new Map<string, ReplicaSpec[]>();
  for (const replica of placement?.replicas ?? []) {
    const { version, ...rest } = replica;
    const list = assignments.get(version) ?? [];
    list.push({ ...rest, epoch: placement?.epoch ?? 0, isPaused: paused.has(replica.role) });
    assignments.set(version, list);
  }
  return assignments;
}
