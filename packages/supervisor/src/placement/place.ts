/**
 * Where each replica runs, decided purely: what is placed stays where it is while that still fits; the rest goes to the least loaded
 * fitting node, replicas of one mailbox spread, where need be by moving one that also fits elsewhere; then crowded nodes give to emptier
 * ones until they differ by one at most.
 */
import type { WantedReplica } from "./wanted.ts";
import { mailboxOf, replicaKey } from "./wanted.ts";

/** A node as placement sees it. */
export interface Site {
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  /** Messages that its actors may hold at once. */
  readonly slots: number;
  /** 0 to 1, as last reported. */
  readonly load: number;
  /** Takes new replicas. A suspect node keeps what it has and gets nothing. */
  readonly isOpen: boolean;
}

/** Which node runs which replica, by {@link replicaKey}. */
export type Assignment = ReadonlyMap<string, string>;

export interface Unplaced {
  readonly replica: WantedReplica;
  readonly reason: string;
}

export interface Plan {
  readonly assignment: Assignment;
  readonly unplaced: readonly Unplaced[];
}

/** Decides. The order of `wanted` decides who gets the last free slots; nothing else is random, so equal input gives an equal plan. */
export function place(wanted: readonly WantedReplica[], sites: readonly Site[], present: Assignment): Plan {
  const board = new Board(sites);
  const waiting: WantedReplica[] = [];
  for (const replica of wanted) {
    const node = present.get(replicaKey(replica));
    const site = node === undefined ? undefined : board.site(node);
    if (site && board.refusal(replica, site) === undefined) board.put(replica, site);
    else waiting.push(replica);
  }
  const homeless = placeAll(board, waiting);
  return {
    assignment: board.assignment(),
    unplaced: homeless.map((replica) => ({ replica, reason: board.reason(replica) })),
  };
}

/** Levelling may free the very slot that a replica waits for, so both go on until neither finds anything to do. Returns who has no place. */
function placeAll(board: Board, waiting: readonly WantedReplica[]): readonly WantedReplica[] {
  const homeless = waiting.filter((replica) => {
    const site = board.best(replica) ?? board.makeRoom(replica);
    if (site) board.put(replica, site);
    return site === undefined;
  });
  const hasMoved = board.level();
  return hasMoved || homeless.length < waiting.length ? placeAll(board, homeless) : homeless;
}

/** The plan while it is being made. */
class Board {
  readonly #sites: ReadonlyMap<string, Site>;
  readonly #placed = new Map<string, Map<string, WantedReplica>>();
  readonly #used = new Map<string, number>();

  constructor(sites: readonly Site[]) {
    this.#sites = new Map(sites.map((site) => [site.node, site]));
    for (const { node } of sites) this.#placed.set(node, new Map());
  }

  site(node: string): Site | undefined {
    return this.#sites.get(node);
  }

  put(replica: WantedReplica, { node }: Site): void {
    this.#on(node).set(replicaKey(replica), replica);
    this.#used.set(node, this.#usedOn(node) + replica.concurrency);
  }

  #take(replica: WantedReplica, { node }: Site): void {
    this.#on(node).delete(replicaKey(replica));
    this.#used.set(node, this.#usedOn(node) - replica.concurrency);
  }

  /** Why a replica cannot run on a site, or `undefined` when it can. */
  refusal(replica: WantedReplica, site: Site): string | undefined {
    const isFull = this.#usedOn(site.node) + replica.concurrency > site.slots;
    return this.#misfit(replica, site) ?? (isFull ? "has no free slots" : undefined);
  }

  /** Why a replica could not run on a site even if that were empty. */
  #misfit(replica: WantedReplica, site: Site): string | undefined {
    for (const [label, value] of Object.entries(replica.labels)) {
      if (site.labels[label] !== value) return `needs label ${label}=${value}`;
    }
    const missing = replica.capabilities.find((capability) => !site.capabilities.includes(capability));
    return missing === undefined ? undefined : `needs capability ${missing}`;
  }

  /**
   * A full open node that suits the replica, after one that can also run elsewhere was moved from it; `undefined` when no single move
   * makes room. So those that run anywhere do not keep out those that run only there.
   */
  makeRoom(replica: WantedReplica): Site | undefined {
    for (const site of this.#sites.values()) {
      if (!site.isOpen || this.#misfit(replica, site) !== undefined) continue;
      const lackingSlots = this.#usedOn(site.node) + replica.concurrency - site.slots;
      for (const other of this.#on(site.node).values()) {
        const to = other.concurrency < lackingSlots ? undefined : this.best(other, site);
        if (!to) continue;
        this.#take(other, site);
        this.put(other, to);
        return site;
      }
    }
    return undefined;
  }

  /** The fitting open node with the fewest replicas of the same mailbox, then the smallest reserved share, then load, then name. */
  best(replica: WantedReplica, except?: Site): Site | undefined {
    const fitting = [...this.#sites.values()].filter(
      (site) => site.isOpen && site !== except && this.refusal(replica, site) === undefined,
    );
    return fitting.toSorted((a, b) => this.#compare(replica, a, b))[0];
  }

  reason(replica: WantedReplica): string {
    const open = [...this.#sites.values()].filter((site) => site.isOpen);
    if (open.length === 0) return "no node is up";
    const reasons = new Map<string, string[]>();
    for (const site of open) {
      const reason = this.refusal(replica, site) ?? "fits";
      reasons.set(reason, [...(reasons.get(reason) ?? []), site.node]);
    }
    return [...reasons].map(([reason, nodes]) => `${nodes.join(", ")}: ${reason}`).join("; ");
  }

  /** Moves replicas from crowded open nodes to emptier ones; each move narrows a difference of two or more, so it ends. Returns whether any moved. */
  level(): boolean {
    let hasMoved = false;
    while (this.#moveOne()) hasMoved = true;
    return hasMoved;
  }

  assignment(): Assignment {
    const assignment = new Map<string, string>();
    for (const [node, replicas] of this.#placed) for (const key of replicas.keys()) assignment.set(key, node);
    return assignment;
  }

  #moveOne(): boolean {
    const open = [...this.#sites.values()].filter((site) => site.isOpen);
    const byCount = open.toSorted(
      (a, b) => this.#on(b.node).size - this.#on(a.node).size || (a.node < b.node ? -1 : 1),
    );
    for (const from of byCount) {
      for (const to of byCount.toReversed()) {
        if (this.#on(from.node).size - this.#on(to.node).size < 2) break;
        const replica = this.#movable(from, to);
        if (!replica) continue;
        this.#take(replica, from);
        this.put(replica, to);
        return true;
      }
    }
    return false;
  }

  /** The replica whose mailbox is most crowded on `from` compared with `to`, among those that fit there. */
  #movable(from: Site, to: Site): WantedReplica | undefined {
    const gain = (replica: WantedReplica) => this.#alike(replica, from.node) - this.#alike(replica, to.node);
    return [...this.#on(from.node).values()]
      .filter((replica) => this.refusal(replica, to) === undefined && gain(replica) > 0)
      .toSorted((a, b) => gain(b) - gain(a) || (replicaKey(a) < replicaKey(b) ? 1 : -1))[0];
  }

  #compare(replica: WantedReplica, a: Site, b: Site): number {
    const share = ({ node, slots }: Site) => this.#usedOn(node) / Math.max(1, slots);
    return (
      this.#alike(replica, a.node) - this.#alike(replica, b.node) ||
      share(a) - share(b) ||
      a.load - b.load ||
      (a.node < b.node ? -1 : 1)
    );
  }

  #alike({ version, role, variant }: WantedReplica, node: string): number {
    const mailbox = mailboxOf(role, variant);
    let count = 0;
    for (const other of this.#on(node).values()) {
      if (other.version === version && mailboxOf(other.role, other.variant) === mailbox) count++;
    }
    return count;
  }

  #on(node: string): Map<string, WantedReplica> {
    const replicas = this.#placed.get(node) ?? new Map<string, WantedReplica>();
    this.#placed.set(node, replicas);
    return replicas;
  }

  #usedOn(node: string): number {
    return this.#used.get(node) ?? 0;
  }
}
