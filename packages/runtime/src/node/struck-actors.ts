import type { HeldDelivery, ReplicaReport } from "../host/ipc.ts";

/** An actor that ran a message when its host died; the message only where it is certain. */
export interface StruckActor {
  readonly actor: string;
  readonly message?: string | undefined;
}

/**
 * Which actors a host's death may be laid to: of each mailbox that it held messages of the busy replicas, or all of them where none was
 * reported busy. Reports are a moment old, and who blocks the host with its first breath is in none of them: what is held counts, and
 * reports alone only where nothing is held. Pure.
 */
export function struckActors(reports: readonly ReplicaReport[], held: readonly HeldDelivery[]): readonly StruckActor[] {
  if (held.length === 0) return reports.filter(isBusy).map(({ id }) => ({ actor: id }));
  return [...Map.groupBy(held, ({ durable }) => durable)].flatMap(([durable, [only, ...others]]) => {
    const replicas = reports.filter(({ id }) => durableOf(id) === durable);
    const busy = replicas.filter(isBusy);
    const message = only && others.length === 0 ? `${only.stream}/${only.streamSequence}` : undefined;
    return (busy.length > 0 ? busy : replicas).map(({ id }) =>
      message === undefined ? { actor: id } : { actor: id, message },
    );
  });
}

const isBusy = ({ inFlight }: ReplicaReport): boolean => inFlight > 0;

/** `<version>/<mailbox>/<index>` → `<version>-<mailbox>`. */
const durableOf = (id: string): string => id.split("/", 2).join("-");
