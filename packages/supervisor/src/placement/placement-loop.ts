import type { CasBucket, NodePlacement } from "@troupe/runtime/internal";
import type { ControlEvents } from "../control-events.ts";
import type { DesiredView } from "../desired/desired-store.ts";
import { sitesOf } from "../membership/sites.ts";
import type { Membership } from "../membership/snapshot.ts";
import { type Assignment, place, type Unplaced } from "./place.ts";
import { assignmentOf, changedRows } from "./rows.ts";
import { replicaKey, wantedReplicas } from "./wanted.ts";

export interface PlacementLoopOptions {
  readonly rows: CasBucket<NodePlacement>;
  readonly events: ControlEvents;
  readonly requireLeading: () => void;
}

/** What is placed where, as last decided and stored. */
export interface Placement {
  readonly assignment: Assignment;
  readonly unplaced: readonly Unplaced[];
  readonly rows: readonly NodePlacement[];
}

/** Brings the placement rows to what membership and desired state ask for. Level-triggered: each round starts from the stored rows. */
export class PlacementLoop {
  readonly #options: PlacementLoopOptions;
  #placement: Placement = { assignment: new Map(), unplaced: [], rows: [] };

  constructor(options: PlacementLoopOptions) {
    this.#options = options;
  }

  get placement(): Placement {
    return this.#placement;
  }

  /** One round. Throws `conflict` when another supervisor wrote a row meanwhile; the next round starts anew. */
  async converge(membership: Membership, { desired, deployments }: DesiredView): Promise<void> {
    const { rows: bucket, requireLeading } = this.#options;
    const stored = new Map((await bucket.list()).map((row) => [row.key, row]));
    const rows = new Map([...stored].map(([node, row]) => [node, row.value]));
    const wanted = desired ? wantedReplicas(desired, deployments) : [];
    const plan = place(wanted, sitesOf(membership), assignmentOf(rows.values()));
    for (const row of changedRows(plan.assignment, wanted, rows)) {
      requireLeading();
      const revision = stored.get(row.node)?.revision;
      if (revision === undefined) await bucket.create(row.node, row);
      else await bucket.update(row.node, row, revision);
      this.#record(row, rows.get(row.node));
      rows.set(row.node, row);
    }
    this.#placement = { ...plan, rows: [...rows.values()] };
  }

  #record(row: NodePlacement, before: NodePlacement | undefined): void {
    const [old, now] = [before?.replicas ?? [], row.replicas].map((list) => new Set(list.map(replicaKey)));
    const gained = [...(now ?? [])].filter((key) => !old?.has(key));
    const lost = [...(old ?? [])].filter((key) => !now?.has(key));
    const reason = [
      gained.length > 0 ? `gets ${gained.join(", ")}` : "",
      lost.length > 0 ? `gives up ${lost.join(", ")}` : "",
    ];
    this.#options.events.record({
      name: "placement",
      about: row.node,
      reason: reason.filter((text) => text !== "").join("; ") || "other settings",
      details: { epoch: row.epoch },
    });
  }
}
