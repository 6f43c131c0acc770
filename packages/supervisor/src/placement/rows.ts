/** From an assignment to the rows that say so, and back. Pure. */
import type { NodePlacement } from "@troupe/runtime/internal";
import type { HandOver } from "./hand-over.ts";
import type { Assignment } from "./place.ts";
import { replicaKey, type WantedReplica } from "./wanted.ts";

type Replica = NodePlacement["replicas"][number];

/** Where stored rows want each replica in the end: one that changes nodes is in two rows, and belongs to the one that stands by. */
export function assignmentOf(rows: Iterable<NodePlacement>): Assignment {
  const { takes, standsBy } = byStanding(rows);
  return new Map([...takes, ...standsBy]);
}

/** Which node takes for each replica, or is to. */
export function servingOf(rows: Iterable<NodePlacement>): Assignment {
  const { takes, standsBy } = byStanding(rows);
  return new Map([...standsBy, ...takes]);
}

function byStanding(rows: Iterable<NodePlacement>) {
  const takes = new Map<string, string>();
  const standsBy = new Map<string, string>();
  for (const row of rows)
    for (const replica of row.replicas)
      (replica.isStandby === true ? standsBy : takes).set(replicaKey(replica), row.node);
  return { takes, standsBy };
}

/**
 * Rows that must be written so that the store says what the plan says, with each replica as far as its hand-over is. A row that already
 * does, and that this leader wrote, is left alone; else its epoch rises by one.
 */
export function changedRows(
  assignment: Assignment,
  wanted: readonly WantedReplica[],
  rows: ReadonlyMap<string, NodePlacement>,
  steps: ReadonlyMap<string, HandOver>,
  leaderEpoch: number,
): readonly NodePlacement[] {
  const byNode = new Map<string, Replica[]>([...rows.keys()].map((node) => [node, []]));
  const add = (node: string, replica: Replica) => {
    const list = byNode.get(node) ?? [];
    list.push(replica);
    byNode.set(node, list);
  };
  for (const replica of wanted) {
    const key = replicaKey(replica);
    const node = assignment.get(key);
    if (node === undefined) continue;
    const step = steps.get(key) ?? { kind: "take" };
    add(node, step.kind === "take" ? rowEntry(replica) : { ...rowEntry(replica), isStandby: true });
    if (step.kind === "prepare") add(step.from, storedEntry(rows.get(step.from), key) ?? rowEntry(replica));
  }
  const changed: NodePlacement[] = [];
  for (const [node, replicas] of byNode) {
    const row = rows.get(node);
    const isOwn = row?.leaderEpoch === leaderEpoch;
    if (row && isOwn && fingerprint(row.replicas) === fingerprint(replicas)) continue;
    if (!row && replicas.length === 0) continue;
    changed.push({ v: 1, node, epoch: (row?.epoch ?? 0) + 1, leaderEpoch, replicas });
  }
  return changed;
}

function rowEntry({ version, role, variant, index, concurrency, generation, isAlone }: WantedReplica): Replica {
  const start = { ...(generation === 0 ? {} : { generation }), ...(isAlone === true ? { isAlone } : {}) };
  const entry = { version, role, index, concurrency, ...start };
  return variant === undefined ? entry : { ...entry, variant };
}

/** As it stands, so that a replica on its way is not started anew where it comes from. */
const storedEntry = (row: NodePlacement | undefined, key: string): Replica | undefined =>
  row?.replicas.find((replica) => replicaKey(replica) === key);

const fingerprint = (replicas: readonly Replica[]): string =>
  replicas
    .map(
      (replica) =>
        `${replicaKey(replica)}*${replica.concurrency}#${replica.generation ?? 0}${replica.isStandby === true}${replica.isAlone === true}`,
    )
    .toSorted()
    .join();
