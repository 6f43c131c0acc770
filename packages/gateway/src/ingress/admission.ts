/**
 * Who is let in next. Admission is where priorities, fairness and overload are decided; behind it every mailbox is first in, first out.
 * Pure: no clock, no NATS.
 */
import { PRIORITIES, type Priority } from "@troupe/runtime/internal";

/** How busy this gateway sees the system. */
export interface Pressure {
  /** Tasks that this gateway started and that have not ended. */
  readonly inFlight: number;
  /** Soft cap on them; above it accepted tasks wait. */
  readonly inFlightLimit: number;
  /** Accepted tasks that wait in the ingress. */
  readonly backlog: number;
  /** Of them: those that wait for an actor with less to do. Others may overtake them. */
  readonly deferred: number;
  /** More than so many do not get accepted. */
  readonly backlogLimit: number;
  /** Tasks that ended in the last second, on average. */
  readonly endedPerSecond: number;
}

export type Verdict =
  | { readonly kind: "start" }
  | { readonly kind: "wait" }
  | { readonly kind: "refuse"; readonly retryAfterMs: number };

const SHORTEST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

/** Start now, wait in the ingress, or come back later. Nobody overtakes those who wait already. */
export function admit(pressure: Pressure): Verdict {
  const { inFlight, inFlightLimit, backlog, deferred, backlogLimit, endedPerSecond } = pressure;
  if (backlog >= backlogLimit) {
    const drainMs = (backlog / Math.max(1, endedPerSecond)) * 100;
    return {
      kind: "refuse",
      retryAfterMs: Math.min(LONGEST_RETRY_MS, Math.max(SHORTEST_RETRY_MS, Math.ceil(drainMs))),
    };
  }
  return inFlight < inFlightLimit && backlog <= deferred ? { kind: "start" } : { kind: "wait" };
}

/** Shares of the classes while all of them wait: urgent ones go first, none starves. */
const WEIGHTS: Readonly<Record<Priority, number>> = { interactive: 8, normal: 4, batch: 1 };

interface WaitingClass<T> {
  /** By tenant, the one whose turn it is first. */
  readonly tenants: Map<string, T[]>;
  credit: number;
}

/** What waits for admission: classes by weighted turns, tenants of a class in rotation, a tenant's tasks in order. */
export class AdmissionQueue<T> {
  readonly #classes = new Map<Priority, WaitingClass<T>>(
    PRIORITIES.map((name) => [name, { tenants: new Map(), credit: 0 }]),
  );
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(priority: Priority, tenant: string, item: T): void {
    const tenants = this.#classes.get(priority)?.tenants;
    const queue = tenants?.get(tenant);
    if (queue) queue.push(item);
    else tenants?.set(tenant, [item]);
    this.#size++;
  }

  /** Takes out the one that is next, `undefined` when nobody waits. */
  next(): T | undefined {
    const chosen = this.#chooseClass();
    if (!chosen) return undefined;
    const [first] = chosen.tenants;
    if (!first) return undefined;
    const [tenant, queue] = first;
    const item = queue.shift();
    chosen.tenants.delete(tenant);
    if (queue.length > 0) chosen.tenants.set(tenant, queue);
    this.#size--;
    return item;
  }

  /** Smooth weighted round robin: every waiting class earns its weight, the richest is served and pays for all. */
  #chooseClass(): WaitingClass<T> | undefined {
    let total = 0;
    let richest: WaitingClass<T> | undefined;
    for (const [name, waiting] of this.#classes) {
      if (waiting.tenants.size === 0) {
        waiting.credit = 0;
        continue;
      }
      total += WEIGHTS[name];
      waiting.credit += WEIGHTS[name];
      if (!richest || waiting.credit > richest.credit) richest = waiting;
    }
    if (richest) richest.credit -= total;
    return richest;
  }
}
