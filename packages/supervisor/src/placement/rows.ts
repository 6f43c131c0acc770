import type { NodePlacement } from "@troupe/runtime/internal";
import type { Assignment } from "./place.ts";
import { replicaKey, type WantedReplica } from "./wanted.ts";

/** The assignment that stored rows express. */
export function assignmentOf(rows: Iterable<NodePlacement>): Assignment {
  const assignment = new Map<string, string>();
  for (const row of rows) for (const replica of row.replicas) assignment.set(replicaKey(replica), row.node);
  return assignment;
}

/** Rows that must be written so that the store says what the plan says; a row that already does is left alone, else its epoch rises by one. */
export function changedRows(
  assignment: Assignment,
  wanted: readonly WantedReplica[],
  rows: ReadonlyMap<string, NodePlacement>,
): readonly NodePlacement[] {
  const byNode = new Map<string, NodePlacement["replicas"]>([...rows.keys()].map((node) => [node, []]));
  for (const replica of wanted) {
    const node = assignment.get(replicaKey(replica));
    if (node === undefined) continue;
    const { version, role, variant, index, concurrency } = replica;
    const list = byNode.get(node) ?? [];
    list.push({ version, role, index, concurrency, ...(variant === undefined ? {} : { variant }) });
    byNode.set(node, list);
  }
  const changed: NodePlacement[] = [];
  for (const [node, replicas] of byNode) {
    const row = rows.get(node);
    if (row && fingerprint(row.replicas) === fingerprint(replicas)) continue;
    if (!row && replicas.length === 0) continue;
    changed.push({ v: 1, node, epoch: (row?.epoch ?? 0) + 1, replicas });
  }
  return changed;
}

const fingerprint = (replicas: NodePlacement["replicas"]): string =>
  replicas
    .map((replica) => `${replicaKey(replica)}*${replica.concurrency}`)
    .toSorted()
    .join();
