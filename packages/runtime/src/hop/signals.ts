/**
 * How the execution of a hop leaves the middle of its work: always by one of these three, thrown by the protocol's own code. They never
 * pass through a handler: the context stops the attempt instead and leaves the handler's promise unresolved.
 */
import type { ErrorBody, ErrorCode } from "../errors.ts";
import type { HopEnd } from "./hop-end.ts";
import type { OwnRecord } from "./own-record.ts";

/** The execution is over. */
export class Ended extends Error {
  readonly end: HopEnd;
  constructor(end: HopEnd) {
    super(end.kind);
    this.end = end;
  }
}

/** The hop waits. One object for all: to note a stack for each costs more than to record a reply. */
export const WAITING = new Ended({ kind: "waiting" });

/** The reply is recorded, or says nothing new. As {@link WAITING}, one for all. */
export const JOINED = new Ended({ kind: "joined" });

/** Whether a handler was aborted because its task, or this hop of it, has ended: nobody will run it again. */
export const isEndOfHop = ({ aborted, reason }: AbortSignal): boolean =>
  aborted && reason instanceof Ended && reason.end.kind === "ended";

/** Another executor, that holds no newer claim, has written `last`: claim, fenced with that very record, and replay. */
export class Restart extends Error {
  readonly last: OwnRecord;
  constructor(last: OwnRecord) {
    super("restart");
    this.last = last;
  }
}

/** The hop is to be parked as a dead letter. */
export class Park extends Error {
  readonly body: ErrorBody;
  readonly isEscalated: boolean;
  /** Failed attempts of the handler before it. */
  readonly attempts: number;
  /** Whether the handler threw; else it, or the protocol, decided so. */
  readonly hasThrown: boolean;
  constructor(
    body: ErrorBody,
    {
      isEscalated = false,
      attempts = 0,
      hasThrown = false,
    }: { isEscalated?: boolean; attempts?: number; hasThrown?: boolean } = {},
  ) {
    super(body.message);
    this.body = body;
    this.isEscalated = isEscalated;
    this.attempts = attempts;
    this.hasThrown = hasThrown;
  }
}

export const park = (code: ErrorCode, message: string, details?: Readonly<Record<string, unknown>>): Park =>
  new Park(details === undefined ? { code, message } : { code, message, details });

export const isSignal = (thrown: unknown): thrown is Ended | Restart | Park =>
  thrown instanceof Ended || thrown instanceof Restart || thrown instanceof Park;
