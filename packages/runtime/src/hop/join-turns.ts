/**
 * Replies to one wait that reach a process together take turns at recording themselves, and each hands on what it knows of the hop's chain.
 * Otherwise all would read the chain, write with the same fence, and all but one would begin again. It saves work and decides nothing: the
 * fence does, and another process may always have been faster.
 */
import type { ZodType } from "zod";
import type { Clock } from "../clock.ts";
import { GotBody, WaitBody } from "../contracts/bodies.ts";
import type { StoredRecord } from "../log/task-log.ts";
import type { OwnRecord } from "./own-record.ts";
import { parsed } from "./replay.ts";

/** Longest wait for a turn; who comes before may be stuck. */
const PATIENCE_MS = 1_000;
/** Most that is kept of the replies to one join, which its continuation would read again. */
const REPLIES_BYTES = 1_048_576;

/** Own records of one hop that were read or stored, and replies to it. Each is written once, so what is known stays true; there may be newer ones. */
export class KnownRecords {
  readonly #byLabel = new Map<string, OwnRecord>();
  readonly #waits = new Map<OwnRecord, WaitBody>();
  readonly #gots = new Map<OwnRecord, GotBody>();
  readonly #replies = new Map<string, StoredRecord>();
  #repliesBytes = 0;
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

  /** The checked body of a wait, read once for all its replies. Throws `Park` `malformed_record`. */
  waitOf(own: OwnRecord): WaitBody {
    return once(this.#waits, own, WaitBody);
  }

  /** As {@link waitOf}, of a recorded reply. */
  gotOf(own: OwnRecord): GotBody {
    return once(this.#gots, own, GotBody);
  }

  /** Keeps a reply as it was delivered, as long as there is room. */
  addReply(record: StoredRecord): void {
    if (this.#repliesBytes + record.body.length > REPLIES_BYTES) return;
    this.#repliesBytes += record.body.length;
    this.#replies.set(record.subject, record);
  }

  reply(subject: string): StoredRecord | undefined {
    return this.#replies.get(subject);
  }
}

function once<T>(known: Map<OwnRecord, T>, own: OwnRecord, schema: ZodType<T>): T {
  let body = known.get(own);
  if (body === undefined) {
    body = parsed(schema, own);
    known.set(own, body);
  }
  return body;
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
  // The timer runs on: to cancel it costs several times as much, and there is one for each reply.
  await Promise.race([promise, clock.sleep(PATIENCE_MS)]);
  const place = waiting.indexOf(resolve);
  if (place >= 0) waiting.splice(place, 1);
  return place < 0;
}

function passOn(join: Join): void {
  const next = join.waiting.shift();
  if (next === undefined) join.isTaken = false;
  else next();
}
