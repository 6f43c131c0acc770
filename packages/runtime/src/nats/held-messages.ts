/** The messages of one pull loop that this process holds: worked on, kept from being given to others, answered once. */
import type { Msg, MsgHdrs } from "@nats-io/transport-node";
import type { Logger } from "pino";
import { messageOf } from "../errors.ts";
import type { AckSubject } from "./ack-subject.ts";
import type { Link } from "./connection.ts";
import { headerTextOf } from "./header-text.ts";

/** One message that this process holds until `run` settles, with what its consumer says of it. */
export interface PulledMessage {
  readonly subject: string;
  /** Made when first asked for. */
  readonly headers: MsgHdrs | undefined;
  /** The same as they came, likewise. */
  readonly headerText: string | undefined;
  readonly body: Uint8Array;
  /** 1 = nobody got it before, as far as the server knows; counts restart with a server. */
  readonly deliveries: number;
  readonly streamSequence: number;
  readonly consumerSequence: number;
  readonly storedAtMs: number;
  /** Messages that wait behind it in the consumer. */
  readonly pending: number;
  /** Monotonic. */
  readonly arrivedMs: number;
  /** Dealt with; not awaited, goes out a moment later, may be lost. */
  ack(): void;
  /** Still being worked on. The loop says so by itself every 2 s while `run` is pending. */
  working(): void;
  /** Back to the consumer, for another delivery after `delayMs` (default at once). */
  giveBack(delayMs?: number): void;
}

export interface HeldMessagesOptions {
  readonly link: Pick<Link, "nc" | "outbox">;
  /** Deals with one message, which is held until the promise settles. A rejection is logged and gives the message back. */
  readonly run: (message: PulledMessage) => Promise<void>;
  /** One message is held no more. */
  readonly onFree: () => void;
  readonly logger: Logger;
}

const WORKING_MS = 2_000;
const NANOS = 1_000_000;
const ACK = "+ACK";
const NAK = "-NAK";
const PROGRESS = "+WPI";

type Say = (held: HeldMessage, answer: string) => void;

/** A message in hand. A class, since one is made for every delivery: closures for each of its verbs cost more than all else of taking it. */
class HeldMessage implements PulledMessage {
  readonly arrivedMs: number;
  /** Of the newest delivery: an older one's would be refused after a redelivery. */
  ackSubject: string;
  saidWorkingMs: number;
  /** What was said of it: `+ACK` or `-NAK …`; absent while it is open. */
  answer: string | undefined;
  readonly #message: Msg;
  readonly #at: AckSubject;
  readonly #say: Say;

  constructor(message: Msg, ackSubject: string, at: AckSubject, arrivedMs: number, say: Say) {
    this.arrivedMs = arrivedMs;
    this.ackSubject = ackSubject;
    this.saidWorkingMs = arrivedMs;
    this.answer = undefined;
    this.#message = message;
    this.#at = at;
    this.#say = say;
  }

  get subject(): string {
    return this.#message.subject;
  }
  get headers(): MsgHdrs | undefined {
    return this.#message.headers;
  }
  get headerText(): string | undefined {
    return headerTextOf(this.#message);
  }
  get body(): Uint8Array {
    return this.#message.data;
  }
  get deliveries(): number {
    return this.#at.deliveries;
  }
  get streamSequence(): number {
    return this.#at.streamSequence;
  }
  get consumerSequence(): number {
    return this.#at.consumerSequence;
  }
  get storedAtMs(): number {
    return this.#at.storedAtMs;
  }
  get pending(): number {
    return this.#at.pending;
  }

  ack(): void {
    this.#settle(ACK);
  }

  giveBack(delayMs = 0): void {
    this.#settle(delayMs > 0 ? `${NAK} {"delay":${Math.round(delayMs * NANOS)}}` : NAK);
  }

  working(): void {
    if (this.answer === undefined) this.#say(this, PROGRESS);
  }

  #settle(answer: string): void {
    if (this.answer !== undefined) return;
    this.answer = answer;
    this.#say(this, answer);
  }
}

export class HeldMessages {
  readonly #options: HeldMessagesOptions;
  readonly #held = new Map<number, HeldMessage>();
  readonly #answer: Say;
  #whenNone: (() => void)[] = [];

  constructor(options: HeldMessagesOptions) {
    this.#options = options;
    this.#answer = ({ ackSubject }, answer) => {
      if (answer === ACK) options.link.outbox.post(ackSubject, answer);
      else this.#say(ackSubject, answer);
    };
  }

  get size(): number {
    return this.#held.size;
  }

  /** Stream sequences. */
  sequences(): number[] {
    return [...this.#held.keys()];
  }

  take(message: Msg, ackSubject: string, at: AckSubject, nowMs: number): void {
    const held = new HeldMessage(message, ackSubject, at, nowMs, this.#answer);
    this.#held.set(at.streamSequence, held);
    void this.#run(held);
  }

  /** Whether the message is held here; then the new delivery is answered as the one that runs. */
  isRedelivery(ackSubject: string, at: AckSubject): boolean {
    const held = this.#held.get(at.streamSequence);
    if (!held) return false;
    held.ackSubject = ackSubject;
    this.#say(ackSubject, held.answer ?? PROGRESS);
    return true;
  }

  /** Gives a delivery back that is not taken. */
  refuse(ackSubject: string): void {
    this.#say(ackSubject, NAK);
  }

  /** Says of every message that has been open for 2 s more that it is still being worked on. */
  sayWorking(nowMs: number): void {
    for (const held of this.#held.values()) {
      if (held.answer !== undefined || nowMs - held.saidWorkingMs < WORKING_MS) continue;
      held.saidWorkingMs = nowMs;
      this.#say(held.ackSubject, PROGRESS);
    }
  }

  /** Resolves when no message is held, and what was said of them has gone out. */
  async allDealtWith(): Promise<void> {
    if (this.#held.size > 0) await new Promise<void>((resolve) => this.#whenNone.push(resolve));
    this.#options.link.outbox.flush();
  }

  async #run(message: PulledMessage): Promise<void> {
    const { run, onFree, logger } = this.#options;
    try {
      await run(message);
    } catch (error) {
      logger.error({ reason: messageOf(error), subject: message.subject }, "delivery failed");
      message.giveBack(200);
    }
    this.#held.delete(message.streamSequence);
    if (this.#held.size === 0) for (const resolve of this.#whenNone.splice(0)) resolve();
    onFree();
  }

  /** A closed connection is no reason to throw: what is held is given to somebody else by the server. */
  #say(subject: string, body: string): void {
    try {
      this.#options.link.nc.publish(subject, body);
    } catch (error) {
      this.#options.logger.debug({ reason: messageOf(error), subject }, "not published");
    }
  }
}
