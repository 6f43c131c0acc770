import { type Clock, type Died, type Member, messageOf, TroupeError } from "@troupe/runtime/internal";
import type { ControlEvents } from "../control-events.ts";
import type { Membership } from "../membership/snapshot.ts";
import type { MemberChange } from "../membership/transitions.ts";
import { type GiveBackOptions, giveBack, type Holders } from "./give-back.ts";

/**
 * Which life of a node is over or lost by a change, so that what it held should be given back; `undefined` when none. A node that leaves in
 * order has given back what reached it; what the server sent to a connection that was about to end is nobody's.
 */
export function lostLife({ member, before }: MemberChange): string | undefined {
  const wasPresent = before !== undefined && before.status !== "dead" && before.status !== "left";
  if (wasPresent && before.incarnation !== member.incarnation) return `${before.node}/${before.incarnation}`;
  const isLost = member.status === "suspect" || member.status === "dead" || (member.status === "left" && wasPresent);
  return isLost ? `${member.node}/${member.incarnation}` : undefined;
}

/** The life of a node that is heard again after it was taken for lost; `undefined` when none is. */
export const foundLife = ({ member, before }: MemberChange): string | undefined =>
  before?.incarnation === member.incarnation && (member.status === "up" || member.status === "joining")
    ? `${member.node}/${member.incarnation}`
    : undefined;

/** The nodes to ask what they hold before anything is given back. */
export function holders(membership: Membership): Holders {
  const members = [...membership.nodes.values()].map(({ member }) => member);
  const of = (...statuses: Member["status"][]) =>
    members.filter(({ status }) => statuses.includes(status)).map(({ node }) => node);
  return { live: of("up", "joining", "draining"), suspect: of("suspect") };
}

export interface LostNodesOptions extends GiveBackOptions {
  readonly membership: () => Membership;
  readonly events: ControlEvents;
  readonly clock: Clock;
}

/** By then the node of a dead host has given back what it knew of. */
const AFTER_NODE_MS = 60;
/** How often it is tried while a live node does not say what it holds, and the pause in between. */
const TRIES = 4;
const PAUSE_MS = 300;

/** A host's incarnation is its node's with `-<n>` behind it. */
export const isOfHost = (incarnation: string): boolean => incarnation.includes("-");

/** Gives back what lost nodes and hosts held, once for each life as long as it stays lost. */
export class LostNodes {
  readonly #options: LostNodesOptions;
  readonly #done = new Set<string>();

  constructor(options: LostNodesOptions) {
    this.#options = options;
  }

  async onChange(change: MemberChange): Promise<void> {
    const found = foundLife(change);
    if (found !== undefined) this.#done.delete(found);
    const life = lostLife(change);
    if (life !== undefined) await this.#giveBackOnce(life);
  }

  /**
   * A host has died, as its node saw. The node gives back what it knew of; what was delivered in the host's last moments only the server
   * knows. After a moment, so that what the node gave back is in somebody's hands.
   */
  async onHostDeath({ node, incarnation }: Died): Promise<void> {
    await this.#options.clock.sleep(AFTER_NODE_MS);
    await this.#giveBackOnce(`${node}/${incarnation}`);
  }

  async #giveBackOnce(life: string): Promise<void> {
    if (this.#done.has(life)) return;
    this.#done.add(life);
    const { clock, logger } = this.#options;
    try {
      for (let tries = 1; !(await this.#giveBack(life)); tries++) {
        if (tries === TRIES) throw new TroupeError("unavailable", "a live node does not say what it holds");
        await clock.sleep(PAUSE_MS);
      }
    } catch (error) {
      this.#done.delete(life);
      logger.warn(
        { life, reason: messageOf(error) },
        "deliveries could not be given back; they come back by themselves",
      );
    }
  }

  /** Whether it was done. */
  async #giveBack(life: string): Promise<boolean> {
    const { events, membership } = this.#options;
    const named = await giveBack(this.#options, holders(membership()));
    if (named !== undefined && named > 0)
      events.record({ name: "give-back", about: life, reason: `${named} deliveries are given back` });
    return named !== undefined;
  }
}
