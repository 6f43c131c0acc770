/** Whether a replica may run on a node, and what speaks for one node before another. Pure. */
import { mailboxOf, replicaKey, type WantedReplica } from "./wanted.ts";

/** A node as placement sees it. */
export interface Site {
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  /** Messages that its actors may hold at once. */
  readonly slots: number;
  /** What its actors may reserve together; `undefined` = no limit. */
  readonly memoryLimitBytes: number | undefined;
  /** 0 to 1, as last reported. */
  readonly load: number;
  /** Takes new replicas. A suspect node keeps what it has and gets nothing. */
  readonly isOpen: boolean;
  /** Has come not long ago: crowded nodes give it its share. */
  readonly isFresh: boolean;
}

/** Why a replica could not run on a node even if that were empty; `undefined` when it could. */
export function misfit({ labels, capabilities, concurrency, rules }: WantedReplica, site: Site): string | undefined {
  for (const [label, value] of Object.entries(labels)) {
    if (site.labels[label] !== value) return `needs label ${label}=${value}`;
  }
  const missing = capabilities.find((capability) => !site.capabilities.includes(capability));
  if (missing !== undefined) return `needs capability ${missing}`;
  if (concurrency > site.slots) return `has ${site.slots} slots, ${concurrency} are needed`;
  const { memoryBytes = 0 } = rules;
  if (memoryBytes > (site.memoryLimitBytes ?? Number.POSITIVE_INFINITY))
    return `has ${site.memoryLimitBytes} bytes of memory, ${memoryBytes} are needed`;
  return undefined;
}

/** The replicas of a node, with what they take of it together. */
export class Residents {
  readonly #byKey = new Map<string, WantedReplica>();
  slots = 0;
  memoryBytes = 0;
  #picky = 0;

  get all(): Iterable<WantedReplica> {
    return this.#byKey.values();
  }
  get count(): number {
    return this.#byKey.size;
  }
  /** Whether one of them says whom it must be apart from. */
  get isPicky(): boolean {
    return this.#picky > 0;
  }

  add(replica: WantedReplica): void {
    this.#byKey.set(replicaKey(replica), replica);
    this.#count(replica, 1);
  }

  remove(replica: WantedReplica): void {
    if (this.#byKey.delete(replicaKey(replica))) this.#count(replica, -1);
  }

  #count({ concurrency, rules }: WantedReplica, sign: 1 | -1): void {
    this.slots += sign * concurrency;
    this.memoryBytes += sign * (rules.memoryBytes ?? 0);
    if (rules.antiAffinity !== undefined) this.#picky += sign;
  }
}

/** Why a replica cannot run on a node beside the ones that are there; `undefined` when it can. */
export function refusal(replica: WantedReplica, site: Site, residents: Residents): string | undefined {
  const never = misfit(replica, site);
  if (never !== undefined) return never;
  if (residents.slots + replica.concurrency > site.slots) return "has no free slots";
  const memoryBytes = residents.memoryBytes + (replica.rules.memoryBytes ?? 0);
  if (memoryBytes > (site.memoryLimitBytes ?? Number.POSITIVE_INFINITY)) return "has no free memory";
  if (replica.rules.antiAffinity === undefined && !residents.isPicky) return undefined;
  for (const other of residents.all)
    if (mustBeApart(replica, other)) return `runs ${mailboxOf(other.role, other.variant)}, which it must be apart from`;
  return undefined;
}

/** Holds both ways, whoever declares it. */
const mustBeApart = (a: WantedReplica, b: WantedReplica): boolean =>
  a.version === b.version &&
  ((a.rules.antiAffinity?.includes(b.role) ?? false) || (b.rules.antiAffinity?.includes(a.role) ?? false));

/** Whether two replicas take from the same mailbox. */
export const isAlike = (a: WantedReplica, b: WantedReplica): boolean =>
  a.version === b.version && a.role === b.role && a.variant === b.variant;

/** Whether one of a node's residents is of a role that the replica likes to be near. */
export function isNearFriend({ rules, version }: WantedReplica, residents: Iterable<WantedReplica>): boolean {
  const { affinity } = rules;
  if (affinity === undefined) return false;
  for (const other of residents) if (other.version === version && affinity.includes(other.role)) return true;
  return false;
}
