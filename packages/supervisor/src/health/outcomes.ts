import type { Heartbeat } from "@troupe/runtime/internal";
import type { Membership } from "../membership/snapshot.ts";

type Actor = Heartbeat["actors"][number];

/** How the last messages ended. */
export interface RecentOutcomes {
  readonly failed: number;
  readonly total: number;
}

/** As many of an actor's last messages make its error rate; as many of a mailbox's make an alert (R-SUP-7). */
const OF_ACTOR = 100;
const OF_MAILBOX = 10;

interface Counted {
  readonly life: string;
  readonly done: number;
  readonly failed: number;
}

/** How the last messages of each actor and of each mailbox ended, from the counters in the nodes' heartbeats. */
export class Outcomes {
  readonly #counted = new Map<string, Counted>();
  readonly #ofActor = new Map<string, boolean[]>();
  readonly #ofMailbox = new Map<string, boolean[]>();

  /** Of an actor, by `<version>/<mailbox>/<index>`. */
  ofActor(id: string): RecentOutcomes {
    return summary(this.#ofActor.get(id));
  }

  /** Of all mailboxes, by `<version>/<mailbox>`. */
  get ofMailboxes(): ReadonlyMap<string, RecentOutcomes> {
    return new Map([...this.#ofMailbox].map(([mailbox, list]) => [mailbox, summary(list)]));
  }

  /** Takes in what the nodes said last. Looking twice at the same heartbeat counts nothing twice. */
  look({ nodes }: Membership): void {
    const present = new Set<string>();
    for (const [node, { heartbeat }] of nodes) {
      for (const actor of heartbeat?.actors ?? []) {
        present.add(`${node} ${actor.id}`).add(actor.id).add(mailboxOfActor(actor.id));
        this.#take(node, heartbeat?.incarnation ?? "", actor);
      }
    }
    for (const known of [this.#counted, this.#ofActor, this.#ofMailbox])
      for (const key of known.keys()) if (!present.has(key)) known.delete(key);
  }

  #take(node: string, incarnation: string, { id, generation = 0, done, failed }: Actor): void {
    const key = `${node} ${id}`;
    const life = `${incarnation}#${generation}`;
    const before = this.#counted.get(key);
    // Counters of another instance, or of a host that was started again, begin at 0.
    const isSame = before?.life === life && before.done <= done && before.failed <= failed;
    this.#counted.set(key, { life, done, failed });
    const more = isSame ? { done: done - before.done, failed: failed - before.failed } : { done, failed };
    if (more.done + more.failed === 0) return;
    add(this.#ofActor, id, more, OF_ACTOR);
    add(this.#ofMailbox, mailboxOfActor(id), more, OF_MAILBOX);
  }
}

const mailboxOfActor = (id: string): string => id.slice(0, id.lastIndexOf("/"));

/** In which order several ended between two heartbeats nobody knows: of more than fit, as many have failed as of all. */
function add(
  lists: Map<string, boolean[]>,
  key: string,
  { done, failed }: { readonly done: number; readonly failed: number },
  most: number,
): void {
  const kept = Math.min(most, done + failed);
  const failures = Math.round((failed / (done + failed)) * kept);
  const added = Array.from({ length: kept }, (_, i) => i < failures);
  lists.set(key, [...(lists.get(key) ?? []), ...added].slice(-most));
}

const summary = (list: readonly boolean[] = []): RecentOutcomes => ({
  failed: list.filter((hasFailed) => hasFailed).length,
  total: list.length,
});
