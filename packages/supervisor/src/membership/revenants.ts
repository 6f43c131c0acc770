import { type Clock, type Link, type Logger, messageOf, type Subjects } from "@troupe/runtime/internal";

/** How long a node has to take it, and how often it is told at most, ms. */
const TELL_MS = 2_000;

export interface RevenantsOptions {
  readonly link: Link;
  readonly subjects: Subjects;
  /** The term in which the leader commands; a node refuses an earlier one than it has heard of. */
  readonly leaderEpoch: number;
  readonly requireLeading: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Tells a node that this life of it was declared dead, so that it ends and another one joins: again with later heartbeats until it does. */
export class Revenants {
  readonly #options: RevenantsOptions;
  readonly #toldMs = new Map<string, number>();

  constructor(options: RevenantsOptions) {
    this.#options = options;
  }

  /** Never throws, never waits. */
  tell(node: string, incarnation: string): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const [told, atMs] of this.#toldMs) if (nowMs - atMs >= TELL_MS) this.#toldMs.delete(told);
    if (this.#toldMs.has(incarnation)) return;
    this.#toldMs.set(incarnation, nowMs);
    void this.#ask(node, incarnation);
  }

  async #ask(node: string, incarnation: string): Promise<void> {
    const { link, subjects, leaderEpoch, requireLeading, logger } = this.#options;
    try {
      requireLeading();
      const body = JSON.stringify({ leader_epoch: leaderEpoch, incarnation });
      await link.nc.request(subjects.node(node, "declared_dead"), body, { timeout: TELL_MS });
      logger.warn({ node, incarnation }, "a node that had been declared dead was heard; it ends that life");
    } catch (error) {
      logger.warn(
        { node, incarnation, reason: messageOf(error) },
        "a node could not be told that it is taken for dead",
      );
    }
  }
}
