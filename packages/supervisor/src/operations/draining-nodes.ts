import { type Clock, type Link, type Logger, messageOf, type Subjects } from "@troupe/runtime/internal";
import type { Membership } from "../membership/snapshot.ts";

const NODE_TIMEOUT_MS = 2_000;

export interface DrainingNodesOptions {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly membership: () => Membership;
  /** How many replicas a node still has in its row: until they are elsewhere it goes on taking. */
  readonly replicasOn: (node: string) => number;
  /** For how long at most its replicas are waited for. */
  readonly moveMs: number;
  /** The term in which it commands; a node refuses an earlier one than it has heard of. */
  readonly leaderEpoch: number;
  readonly requireLeading: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Asks nodes that are to drain to do so, once their replicas run elsewhere; again and again until they say that they drain. */
export class DrainingNodes {
  readonly #options: DrainingNodesOptions;
  readonly #limitsMs = new Map<string, number>();
  readonly #sinceMs = new Map<string, number>();

  constructor(options: DrainingNodesOptions) {
    this.#options = options;
  }

  /** How long a node may let messages finish; without it the node's own limit holds. Forgotten with the leader. */
  limit(node: string, limitMs: number): void {
    this.#limitsMs.set(node, limitMs);
  }

  /** One round. */
  async look(): Promise<void> {
    const { membership, replicasOn, moveMs, clock } = this.#options;
    const nowMs = clock.monotonicMs();
    const draining = new Set<string>();
    for (const { member, heartbeat } of membership().nodes.values()) {
      const { node } = member;
      if (member.status !== "draining") continue;
      draining.add(node);
      const sinceMs = this.#sinceMs.get(node) ?? nowMs;
      this.#sinceMs.set(node, sinceMs);
      if (heartbeat?.isDraining === true) continue;
      if (replicasOn(node) === 0 || nowMs - sinceMs >= moveMs) await this.#ask(node);
    }
    for (const node of this.#sinceMs.keys()) {
      if (draining.has(node)) continue;
      this.#sinceMs.delete(node);
      this.#limitsMs.delete(node);
    }
  }

  async #ask(node: string): Promise<void> {
    const { link, subjects, leaderEpoch, requireLeading, logger } = this.#options;
    const limitMs = this.#limitsMs.get(node);
    const body = { leader_epoch: leaderEpoch, ...(limitMs === undefined ? {} : { limit_ms: limitMs }) };
    try {
      requireLeading();
      await link.nc.request(subjects.node(node, "drain"), JSON.stringify(body), { timeout: NODE_TIMEOUT_MS });
    } catch (error) {
      logger.warn({ node, reason: messageOf(error) }, "a node was not reached to drain; it is asked again");
    }
  }
}
