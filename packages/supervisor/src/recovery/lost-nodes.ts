import { type Clock, type Died, messageOf } from "@troupe/runtime/internal";
import type { ControlEvents } from "../control-events.ts";
import type { Membership } from "../membership/snapshot.ts";
import type { MemberChange } from "../membership/transitions.ts";
import { type GiveBackOptions, giveBack } from "./give-back.ts";

/** Which life of a node has been lost by a change, so that what it held should be given back; `undefined` when none. */
export function lostLife({ member, before }: MemberChange): string | undefined {
  const wasPresent = before !== undefined && before.status !== "dead" && before.status !== "left";
  if (wasPresent && before.incarnation !== member.incarnation) return `${before.node}/${before.incarnation}`;
  const isLost = member.status === "suspect" || member.status === "dead" || (member.status === "left" && wasPresent);
  return isLost ? `${member.node}/${member.incarnation}` : undefined;
}

/** The nodes that must say what they hold before anything is given back. */
export const holders = (membership: Membership): readonly string[] =>
  [...membership.nodes.values()]
    .filter(({ member }) => member.status === "up" || member.status === "joining" || member.status === "draining")
    .map(({ member }) => member.node);

export interface LostNodesOptions extends GiveBackOptions {
  readonly events: ControlEvents;
  readonly clock: Clock;
}

/** By then the node of a dead host has given back what it knew of. */
const AFTER_NODE_MS = 60;

/** A host's incarnation is its node's with `-<n>` behind it. */
const isOfHost = (incarnation: string): boolean => incarnation.includes("-");

/** Gives back what lost nodes held, once for each life of a node: a late second time would redeliver what somebody else has by then. */
export class LostNodes {
  readonly #options: LostNodesOptions;
  readonly #done = new Set<string>();

  constructor(options: LostNodesOptions) {
    this.#options = options;
  }

  async onChange(change: MemberChange, membership: Membership): Promise<void> {
    const life = lostLife(change);
    if (life !== undefined) await this.#giveBackOnce(life, membership);
  }

  /**
   * A host has died, as its node saw. The node gives back what it knew of; what was delivered in the host's last moments only the server
   * knows. After a moment, so that what the node gave back is in somebody's hands.
   */
  async onHostDeath({ node, incarnation }: Died, membership: Membership): Promise<void> {
    if (!isOfHost(incarnation)) return;
    await this.#options.clock.sleep(AFTER_NODE_MS);
    await this.#giveBackOnce(`${node}/${incarnation}`, membership);
  }

  async #giveBackOnce(life: string, membership: Membership): Promise<void> {
    if (this.#done.has(life)) return;
    this.#done.add(life);
    const { events, logger } = this.#options;
    try {
      const named = await giveBack(this.#options, holders(membership));
      if (named === undefined) this.#done.delete(life);
      else if (named > 0)
        events.record({ name: "give-back", about: life, reason: `${named} deliveries are given back` });
    } catch (error) {
      this.#done.delete(life);
      logger.warn(
        { life, reason: messageOf(error) },
        "deliveries could not be given back; they come back by themselves",
      );
    }
  }
}
