import { type Clock, type Link, type Logger, messageOf, TroupeError } from "@troupe/runtime/internal";
import type { FollowedRecord } from "./observation.ts";
import { type Followed, openConsumer, progressOf } from "./record-consumer.ts";
import { type DeliveredRecord, type Idle, RecordPull } from "./record-pull.ts";

const RETRY_MS = 1_000;
const RECORDS_A_ROUND = 256;
/** While the log is read, the pause after a round is as long as it took: half a core at most. */
const LONGEST_PAUSE_MS = 50;
/** Who has caught up lets records gather after a round: taken together they cost a fraction. The first after a silence is taken at once. */
const GATHER_MS = 50;

export interface FollowerOptions {
  readonly link: Link;
  readonly followed: Followed;
  /** Everything up to this sequence is known already. */
  readonly after: number;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Called for every record, in the order of their sequences, once each. Must not throw. */
  readonly take: (record: FollowedRecord) => void;
}

/**
 * Follows one sort of record. What is there already is read with pauses; a consumer that the server has forgotten, or that has sent what did not
 * arrive, is replaced by another one (see {@link openConsumer}). What cannot be followed now is tried again.
 */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #caughtUp = Promise.withResolvers<void>();
  #hasCaughtUp = false;
  /** Everything up to this sequence is taken in. */
  #seenThrough: number;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#seenThrough = options.after;
  }

  /** Resolves when everything that was in the log at the start has been taken in, or following has ended before. */
  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  /** Until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger, followed } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
      } catch (error) {
        const reason = messageOf(error);
        if (!signal.aborted) logger.warn({ filter: followed.filter, reason }, "the log is followed anew");
      }
      await clock.sleep(RETRY_MS, signal).catch(() => undefined);
    }
    this.#beCaughtUp();
  }

  #beCaughtUp(): void {
    this.#hasCaughtUp = true;
    this.#caughtUp.resolve();
  }

  /** As long as one consumer lasts. */
  async #follow(signal: AbortSignal): Promise<void> {
    const { link, followed, take } = this.#options;
    const { name: consumer, pending, gap, gapThrough } = await openConsumer(link, followed, this.#seenThrough);
    for await (const record of gap) {
      take(record);
      this.#seenThrough = record.sequence;
      if (signal.aborted) return;
    }
    this.#seenThrough = Math.max(this.#seenThrough, gapThrough);
    if (pending === 0) this.#beCaughtUp();
    const reading: Reading = { consumer, taken: 0, hasEndedEarly: false };
    const { stream } = followed;
    using pull = new RecordPull({ link, stream, consumer, take: (delivered) => this.#takeIn(delivered, reading) });
    while (!signal.aborted) await this.#takeRound(pull, reading, signal);
  }

  #takeIn({ record, deliverySequence, pending }: DeliveredRecord, reading: Reading): void {
    if (deliverySequence !== ++reading.taken) throw lost(deliverySequence, reading);
    this.#options.take(record);
    this.#seenThrough = record.sequence;
    if (pending === 0) this.#beCaughtUp();
  }

  /** Throws when the consumer has sent what did not arrive, or two rounds in a row ended early: then it is gone, or may as well be. */
  async #takeRound(pull: RecordPull, reading: Reading, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const before = reading.taken;
    const beganMs = clock.monotonicMs();
    const { idle, cutOff } = await pull.round(RECORDS_A_ROUND, signal);
    this.#heed(idle, reading);
    if (cutOff !== undefined) {
      if (reading.hasEndedEarly) throw new TroupeError("unavailable", `the consumer does not answer: ${cutOff}`);
      reading.hasEndedEarly = true;
      return this.#pause(RETRY_MS, signal);
    }
    reading.hasEndedEarly = false;
    if (this.#hasCaughtUp) return this.#pause(GATHER_MS, signal);
    if (reading.taken === before && !signal.aborted) await this.#lookAtPending(reading);
    await this.#pause(Math.min(LONGEST_PAUSE_MS, clock.monotonicMs() - beganMs), signal);
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    await this.#options.clock.sleep(ms, signal).catch(() => undefined);
  }

  /** A consumer that is idle tells how far it has looked, whether or not anything matched: there the next one may begin. */
  #heed(idle: Idle | undefined, reading: Reading): void {
    if (idle === undefined) return;
    if (idle.lastConsumerSequence > reading.taken) throw lost(idle.lastConsumerSequence, reading);
    if (idle.lastConsumerSequence === reading.taken)
      this.#seenThrough = Math.max(this.#seenThrough, idle.lastStreamSequence);
  }

  /** The last ones may have gone before they were delivered: then no message tells that nothing is pending. */
  async #lookAtPending({ consumer, taken }: Reading): Promise<void> {
    const { link, followed } = this.#options;
    const { pending, delivered } = await progressOf(link, followed, consumer);
    if (pending === 0 && delivered <= taken) this.#beCaughtUp();
  }
}

/** How far one is with a consumer. */
interface Reading {
  readonly consumer: string;
  /** How many of its messages are taken in. */
  taken: number;
  /** Whether its last round ended before its time: the server was silent, or said that there is no such consumer. */
  hasEndedEarly: boolean;
}

const lost = (sent: number, { taken }: Reading): TroupeError =>
  new TroupeError("unavailable", `the server has sent ${sent} records of which ${taken} arrived`);
