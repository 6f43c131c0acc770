/**
 * Replies to one wait that reach a process together take turns at recording themselves, and each hands on what it knows of the hop's chain.
 * Otherwise all would read the chain, write with the same fence, and all but one would begin again. It saves work and decides nothing: the
 * fence does, and another process may always have been faster.
 */
import type { Clock } from "../clock.ts";
import { isWithin } from "../within.ts";
import type { OwnRecord } from "./own-record.ts";

/** Longest wait for a turn; who comes before may be stuck. */
const PATIENCE_MS = 1_000;

/** Own records of one hop that were read or stored. Each is written once, so what is known stays true; there may be newer ones. */
export class KnownRecords {
  readonly #byLabel = new Map<string, OwnRecord>();
  #last: OwnRecord | undefined;

  /** The newest of them. */
  get last(): OwnRecord | undefined {
    return this.#last;
  }

  get(label: string): OwnRecord | undefined {
    return this.#byLabel.get(label);
  }

  add(own: OwnRecord): void {
    this.#byLabel.set(own.label, own);
    if (this.#last === undefined || own.record.sequence > this.#last.record.sequence) this.#last = own;
  }
}

/** A turn at a join. */
export interface JoinTurn {
  readonly known: KnownRecords;
  /** Lets the next one have its turn; may be called again. */
  leave(): void;
}

interface Join {
  readonly known: KnownRecords;
  readonly waiting: (() => void)[];
  present: number;
  isTaken: boolean;
}

/** One object for all hops of a role in a process; it remembers a join only while replies to it are there. */
export class JoinTurns {
  readonly #joins = new Map<string, Join>();

  /** Joins that somebody is at. */
  get size(): number {
    return this.#joins.size;
  }

  /** Resolves when it is the caller's turn at the join of that name, or without one after a second. */
  async enter(name: string, clock: Clock): Promise<JoinTurn> {
    const join = this.#joins.get(name) ?? { known: new KnownRecords(), waiting: [], present: 0, isTaken: false };
    this.#joins.set(name, join);
    join.present++;
    const hasTurn = !join.isTaken || (await turnCame(join, clock));
    if (hasTurn) join.isTaken = true;
    let isIn = true;
    const leave = () => {
      if (!isIn) return;
      isIn = false;
      join.present--;
      if (join.present === 0) this.#joins.delete(name);
      if (hasTurn) passOn(join);
    };
    return { known: join.known, leave };
  }
}

async function turnCame({ waiting }: Join, clock: Clock): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting.push(resolve);
  await isWithin(clock, PATIENCE_MS, promise);
  const place = waiting.indexOf(resolve);
  if (place >= 0) waiting.splice(place, 1);
  return place < 0;
}

function passOn(join: Join): void {
  const next = join.waiting.shift();
  if (next === undefined) join.isTaken = false;
  else next();
}
