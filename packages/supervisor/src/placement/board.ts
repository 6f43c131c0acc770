/** The plan while it is being made: who is where, and what that leaves for the others. */
import { isAlike, isNearFriend, misfit, Residents, refusal, type Site } from "./fit.ts";
import { replicaKey, type WantedReplica } from "./wanted.ts";

export class Board {
  readonly #sites: ReadonlyMap<string, Site>;
  readonly #placed: ReadonlyMap<string, Residents>;

  constructor(sites: readonly Site[]) {
    // By name: a decision must not depend on the order in which nodes are known.
    const ordered = sites.toSorted((a, b) => (a.node < b.node ? -1 : 1));
    this.#sites = new Map(ordered.map((site) => [site.node, site]));
    this.#placed = new Map(ordered.map(({ node }) => [node, new Residents()]));
  }

  get open(): readonly Site[] {
    return [...this.#sites.values()].filter((site) => site.isOpen);
  }

  site(node: string): Site | undefined {
    return this.#sites.get(node);
  }

  residents({ node }: Site): readonly WantedReplica[] {
    return [...this.#on(node).all];
  }

  put(replica: WantedReplica, { node }: Site): void {
    this.#on(node).add(replica);
  }

  take(replica: WantedReplica, { node }: Site): void {
    this.#on(node).remove(replica);
  }

  /** Why a replica cannot run on a site, or `undefined` when it can. */
  refusal(replica: WantedReplica, site: Site): string | undefined {
    return refusal(replica, site, this.#on(site.node));
  }

  /** The open nodes that fit, best first. */
  fitting(replica: WantedReplica): readonly Site[] {
    return this.open
      .filter((site) => this.refusal(replica, site) === undefined)
      .toSorted((a, b) => this.#compare(replica, a, b));
  }

  /**
   * Makes room on a full open node that suits the replica by moving one resident that also fits elsewhere; so those that run anywhere do
   * not keep out those that run only there. Returns what it did; `undefined` when no single move helps.
   */
  makeRoom(
    replica: WantedReplica,
  ): { readonly site: Site; readonly moved: WantedReplica; readonly to: Site } | undefined {
    for (const site of this.open) {
      if (misfit(replica, site) !== undefined) continue;
      for (const moved of this.residents(site)) {
        if (moved.pin === site.node) continue;
        this.take(moved, site);
        const to =
          this.refusal(replica, site) === undefined ? this.fitting(moved).find((other) => other !== site) : undefined;
        if (to) {
          this.put(moved, to);
          return { site, moved, to };
        }
        this.put(moved, site);
      }
    }
    return undefined;
  }

  /** Moves one replica to a fresh node from the most crowded one that has at least two more; `undefined` when there is none to move. */
  levelOne(): { readonly moved: WantedReplica; readonly from: Site; readonly to: Site } | undefined {
    const size = (site: Site) => this.#on(site.node).count;
    const byCount = this.open.toSorted((a, b) => size(b) - size(a) || (a.node < b.node ? -1 : 1));
    for (const to of byCount.toReversed().filter(({ isFresh }) => isFresh)) {
      for (const from of byCount) {
        if (size(from) - size(to) < 2) break;
        const moved = this.#movable(from, to);
        if (!moved) continue;
        this.take(moved, from);
        this.put(moved, to);
        return { moved, from, to };
      }
    }
    return undefined;
  }

  /** Why no open node takes it. */
  reason(replica: WantedReplica): string {
    if (this.open.length === 0) return "no node is up";
    const reasons = new Map<string, string[]>();
    for (const site of this.open) {
      const reason = this.refusal(replica, site) ?? "fits";
      reasons.set(reason, [...(reasons.get(reason) ?? []), site.node]);
    }
    return [...reasons].map(([reason, nodes]) => `${nodes.join(", ")}: ${reason}`).join("; ");
  }

  assignment(): ReadonlyMap<string, string> {
    const assignment = new Map<string, string>();
    for (const [node, residents] of this.#placed)
      for (const replica of residents.all) assignment.set(replicaKey(replica), node);
    return assignment;
  }

  /** The replica whose mailbox is most crowded on `from` compared with `to`, among those that lose nothing by the move. */
  #movable(from: Site, to: Site): WantedReplica | undefined {
    const gain = (replica: WantedReplica) => this.#alike(replica, from) + 1 - this.#alike(replica, to);
    const losesNothing = (replica: WantedReplica) =>
      replica.pin !== from.node &&
      replica.avoids !== to.node &&
      this.#isNear(replica, to) >= this.#isNear(replica, from) &&
      this.#sameValue(replica, to) <= this.#sameValue(replica, from);
    return this.residents(from)
      .filter((replica) => gain(replica) > 0 && losesNothing(replica) && this.refusal(replica, to) === undefined)
      .toSorted((a, b) => gain(b) - gain(a) || (replicaKey(a) < replicaKey(b) ? 1 : -1))[0];
  }

  #compare(replica: WantedReplica, a: Site, b: Site): number {
    const isAvoided = ({ node }: Site) => (node === replica.avoids ? 1 : 0);
    return (
      isAvoided(a) - isAvoided(b) ||
      this.#isNear(replica, b) - this.#isNear(replica, a) ||
      this.#sameValue(replica, a) - this.#sameValue(replica, b) ||
      this.#alike(replica, a) - this.#alike(replica, b) ||
      this.#share(a) - this.#share(b) ||
      a.load - b.load ||
      (a.node < b.node ? -1 : 1)
    );
  }

  #isNear(replica: WantedReplica, site: Site): number {
    return isNearFriend(replica, this.#on(site.node).all) ? 1 : 0;
  }

  /** Replicas of the same mailbox on all nodes with this one's value of the label that they are spread over. */
  #sameValue(replica: WantedReplica, { labels }: Site): number {
    const { spread } = replica.rules;
    if (spread === undefined) return 0;
    let count = 0;
    for (const other of this.#sites.values()) {
      if (other.labels[spread] === labels[spread]) count += this.#alike(replica, other);
    }
    return count;
  }

  /** Others of the same mailbox there. */
  #alike(replica: WantedReplica, { node }: Site): number {
    let count = 0;
    const key = replicaKey(replica);
    for (const other of this.#on(node).all) if (isAlike(replica, other) && replicaKey(other) !== key) count++;
    return count;
  }

  #share(site: Site): number {
    return this.#on(site.node).slots / Math.max(1, site.slots);
  }

  #on(node: string): Residents {
    const residents = this.#placed.get(node);
    if (!residents) throw new TypeError(`${node} is no site of this plan`);
    return residents;
  }
}
