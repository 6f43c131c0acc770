import type { HeldDelivery, ReplicaReport } from "../host/ipc.ts";

/** An actor that ran a message when its host died; the message only where it is certain. */
export interface StruckActor {
  readonly actor: string;
  readonly message?: string | undefined;
}

/**
 * Which actors a host's death may be laid to: those of the mailboxes that it held messages of, the busy ones among them first. Reports are a
 * moment old, so what is held counts before what was reported. Pure.
 */
export function struckActors(reports: readonly ReplicaReport[], held: readonly HeldDelivery[]): readonly StruckActor[] {
  const heldOf = (id: string) => held.filter(({ durable }) => durable === durableOf(id));
  const holding = reports.filter(({ id }) => heldOf(id).length > 0);
  const busy = (holding.length > 0 ? holding : reports).filter(({ inFlight }) => inFlight > 0);
  return (busy.length > 0 ? busy : holding).map(({ id }) => {
    const [only, ...others] = heldOf(id);
    return only && others.length === 0
      ? { actor: id, message: `${only.stream}/${only.streamSequence}` }
      : { actor: id };
  });
}

/** `<version>/<mailbox>/<index>` → `<version>-<mailbox>`. */
const durableOf = (id: string): string => id.split("/", 2).join("-");
