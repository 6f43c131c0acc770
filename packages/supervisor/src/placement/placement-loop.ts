import {
  type CasBucket,
  type Clock,
  type NodePlacement,
  type Row,
  rfc3339,
  TroupeError,
} from "@troupe/runtime/internal";
import type { ControlEvents } from "../control-events.ts";
import type { DesiredView } from "../desired/desired-store.ts";
import { sitesOf } from "../membership/sites.ts";
import type { Membership } from "../membership/snapshot.ts";
import { inRecovery } from "../recovery/in-recovery.ts";
import type { Recovery } from "../recovery/recovery.ts";
import type { SupervisorSettings } from "../settings.ts";
import { type HandOverView, takersOf } from "./hand-over.ts";
import { type HandedOver, HandOverWatch } from "./hand-over-watch.ts";
import { Newcomers } from "./newcomers.ts";
import { type Assignment, type Plan, place, type Unplaced } from "./place.ts";
import { assignmentOf, changedRows, servingOf } from "./rows.ts";
import { mailboxOf, replicaKey, type WantedReplica, wantedReplicas } from "./wanted.ts";

export interface PlacementLoopOptions {
  readonly rows: CasBucket<NodePlacement>;
  readonly events: Pick<ControlEvents, "record">;
  readonly clock: Clock;
  readonly settings: Pick<SupervisorSettings, "rebalanceAfterMs" | "rebalanceMoves" | "letGoMs" | "drainMoveMs">;
  /** The term in which rows are written. */
  readonly leaderEpoch: number;
  /** Actors that failed not long ago, by `replicaKey`. */
  readonly recoveries: () => ReadonlyMap<string, Recovery>;
  readonly requireLeading: () => void;
}

/** Why a replica is where it is. */
export interface Decision {
  readonly node: string;
  readonly reason: string;
  /** RFC 3339; absent when an earlier leader decided. */
  readonly at?: string;
}

/** What is placed where, as last decided and stored. */
export interface Placement {
  /** Which node takes for each replica, or is to. */
  readonly assignment: Assignment;
  readonly unplaced: readonly Unplaced[];
  readonly rows: readonly NodePlacement[];
  readonly decisions: ReadonlyMap<string, Decision>;
  readonly lastHandOver: (replica: string) => HandedOver | "underway" | undefined;
}

/** Brings the placement rows to what membership and desired state ask for. Level-triggered: each round starts from the stored rows. */
export class PlacementLoop {
  readonly #options: PlacementLoopOptions;
  readonly #newcomers: Newcomers;
  readonly #handOvers: HandOverWatch;
  #placement: Placement;

  constructor(options: PlacementLoopOptions) {
    const { settings, clock } = options;
    this.#options = options;
    this.#newcomers = new Newcomers(settings.rebalanceAfterMs, settings.rebalanceMoves);
    this.#handOvers = new HandOverWatch(clock);
    const lastHandOver = (replica: string) => this.#handOvers.last(replica);
    this.#placement = { assignment: new Map(), unplaced: [], rows: [], decisions: new Map(), lastHandOver };
  }

  get placement(): Placement {
    return this.#placement;
  }

  /** Whether replicas are on their way from one node to another: then every word of a node counts. */
  get isHandingOver(): boolean {
    return this.#handOvers.isBusy;
  }

  /** One round. Throws `conflict` when another supervisor wrote a row meanwhile, `lease_lost` when a later leader did. */
  async converge(membership: Membership, { desired, deployments }: DesiredView): Promise<void> {
    const stored = new Map((await this.#options.rows.list()).map((row) => [row.key, row]));
    const rows = new Map([...stored].map(([node, row]) => [node, row.value]));
    this.#requireOwnTerm(rows);
    const { wanted, quarantined } = inRecovery(
      desired ? wantedReplicas(desired, deployments) : [],
      this.#options.recoveries(),
    );
    const plan = this.#plan(wanted, membership, rows);
    const view = this.#handOverView(membership, rows);
    const steps = new Map(
      [...plan.assignment].map(([key, node]) => [key, this.#handOvers.step(key, node, view)] as const),
    );
    this.#recordArrivals(this.#handOvers.arrived((key) => plan.assignment.has(key), view));
    const decisions = this.#decisions(plan);
    for (const row of changedRows(plan.assignment, wanted, rows, steps, this.#options.leaderEpoch)) {
      await this.#store(row, stored.get(row.node), decisions);
      rows.set(row.node, row);
    }
    this.#recordUnplaced(plan.unplaced);
    const { lastHandOver } = this.#placement;
    const all = [...rows.values()];
    const unplaced = [...plan.unplaced, ...quarantined];
    this.#placement = { assignment: servingOf(all), unplaced, rows: all, decisions, lastHandOver };
  }

  #requireOwnTerm(rows: ReadonlyMap<string, NodePlacement>): void {
    const { leaderEpoch } = this.#options;
    const later = [...rows.values()].find((row) => (row.leaderEpoch ?? 0) > leaderEpoch);
    if (later)
      throw new TroupeError(
        "lease_lost",
        `the leader of term ${later.leaderEpoch} places; this is term ${leaderEpoch}`,
      );
  }

  #plan(wanted: readonly WantedReplica[], membership: Membership, rows: ReadonlyMap<string, NodePlacement>): Plan {
    const nowMs = this.#options.clock.monotonicMs();
    const fresh = this.#newcomers.look(membership, rows, nowMs);
    const portion = this.#newcomers.portion(this.#handOvers.underway, nowMs);
    const sites = sitesOf(membership, fresh);
    const present = assignmentOf([...rows.values()].filter(({ node }) => isPresent(membership, node)));
    const plan = place(wanted, sites, present, { maxLevelled: portion });
    this.#newcomers.given(portion, plan.levelled, nowMs);
    return plan;
  }

  #handOverView(membership: Membership, rows: ReadonlyMap<string, NodePlacement>): HandOverView {
    const { letGoMs, drainMoveMs: drainMs } = this.#options.settings;
    return { rows, membership, takers: takersOf(membership), patience: { letGoMs, drainMs } };
  }

  async #store(
    row: NodePlacement,
    before: Row<NodePlacement> | undefined,
    decisions: ReadonlyMap<string, Decision>,
  ): Promise<void> {
    const { rows: bucket, requireLeading } = this.#options;
    requireLeading();
    await bucket.put(row.node, row, before?.revision);
    this.#record(row, before?.value, decisions);
  }

  /** What was decided before stands until something else is decided. */
  #decisions({ assignment, reasons }: Plan): ReadonlyMap<string, Decision> {
    const at = rfc3339(this.#options.clock.nowMs());
    const decisions = new Map<string, Decision>();
    for (const [key, node] of assignment) {
      const before = this.#placement.decisions.get(key);
      const reason = reasons.get(key);
      if (before?.node === node) decisions.set(key, before);
      else if (reason !== undefined) decisions.set(key, { node, reason, at });
      else decisions.set(key, { node, reason: "it ran there when this supervisor began to lead" });
    }
    return decisions;
  }

  #record(row: NodePlacement, before: NodePlacement | undefined, decisions: ReadonlyMap<string, Decision>): void {
    const [old, now] = [before?.replicas ?? [], row.replicas].map((list) => new Set(list.map(replicaKey)));
    const gained = [...(now ?? [])].filter((key) => !old?.has(key));
    const lost = [...(old ?? [])].filter((key) => !now?.has(key));
    if (gained.length === 0 && lost.length === 0) return;
    const reason = [
      gained.length > 0 ? `gets ${gained.join(", ")}` : "",
      lost.length > 0 ? `gives up ${lost.join(", ")}` : "",
    ];
    this.#options.events.record({
      name: "placement",
      about: row.node,
      reason: reason.filter((text) => text !== "").join("; "),
      details: {
        epoch: row.epoch,
        why: Object.fromEntries(gained.map((key) => [key, decisions.get(key)?.reason ?? null])),
      },
    });
  }

  #recordArrivals(arrived: readonly HandedOver[]): void {
    for (const { replica, from, to, pauseMs } of arrived)
      this.#options.events.record({
        name: "handed-over",
        about: replica,
        reason: `from ${from} to ${to}; nobody took for ${pauseMs} ms`,
        details: { from, to, pause_ms: pauseMs },
      });
  }

  /** An event for each mailbox with replicas that have no place, when that or the reason is new. */
  #recordUnplaced(unplaced: readonly Unplaced[]): void {
    const known = byMailbox(this.#placement.unplaced.filter(({ isQuarantined }) => isQuarantined !== true));
    for (const [mailbox, { count, reason }] of byMailbox(unplaced)) {
      if (known.get(mailbox)?.reason === reason) continue;
      this.#options.events.record({ name: "no-place", about: mailbox, reason, details: { replicas: count } });
    }
  }
}

/** What a node that is gone had counts for nothing; one that drains is still asked for what it has. */
const isPresent = ({ nodes }: Membership, node: string): boolean => {
  const status = nodes.get(node)?.member.status;
  return status !== undefined && status !== "dead" && status !== "left";
};

function byMailbox(
  unplaced: readonly Unplaced[],
): ReadonlyMap<string, { readonly count: number; readonly reason: string }> {
  const counted = new Map<string, { count: number; reason: string }>();
  for (const { replica, reason } of unplaced) {
    const mailbox = `${replica.version}/${mailboxOf(replica.role, replica.variant)}`;
    counted.set(mailbox, { count: (counted.get(mailbox)?.count ?? 0) + 1, reason });
  }
  return counted;
}
