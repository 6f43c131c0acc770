import { z } from "zod";
import { type Clock, parseTimeMs } from "../clock.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { messageOf } from "../errors.ts";
import { every } from "../every.ts";
import type { Logger } from "../telemetry/logger.ts";
import { AnswerWatch } from "./answer-watch.ts";
import { isUnanswered } from "./call-service.ts";
import type { Link } from "./connection.ts";

const ASK_EVERY_MS = 10_000;
const ASK_LIMIT_MS = 2_000;
/** What tokens and people bear with. */
const WORTH_TELLING_MS = 60_000;

const Answer = z.object({ ts: z.iso.datetime({ offset: true }) });

/** How the store is asked for its time. */
export interface StoreTime {
  /** Of a user that may ask for the state of the ingress stream. */
  readonly link: Pick<Link, "nc" | "apiPrefix" | "renewal">;
  readonly subjects: Subjects;
  readonly logger: Logger;
}

/**
 * Wall time as the store has it, carried on by this machine's monotonic clock; until the store has answered once, the machine's own. Deadlines,
 * retention and what is due are judged by it, since what they are compared with was stamped by the store, or by others who follow it: a machine
 * whose clock is wrong, or jumps, neither ends tasks too early nor too late. Asked at once, every 10 s and after each reconnect; an answer counts
 * only where it contradicts what was believed, so the way there and back adds no jitter. Durations are the machine's own. A connection over which
 * nothing of it was answered for half a minute is given up for another one.
 */
export class StoreClock implements Clock {
  readonly #own: Clock;
  /** Store time minus monotonic time, ms. */
  #offsetMs: number | undefined;
  #isTold = false;
  readonly #watch = new AnswerWatch();

  constructor(own: Clock) {
    this.#own = own;
  }

  nowMs(): number {
    return this.#offsetMs === undefined ? this.#own.nowMs() : Math.round(this.#own.monotonicMs() + this.#offsetMs);
  }

  monotonicMs(): number {
    return this.#own.monotonicMs();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#own.sleep(ms, signal);
  }

  /** Follows the store until the connection is closed. Resolves after the first question, answered or not. */
  async follow(store: StoreTime): Promise<void> {
    const { link, logger } = store;
    const closed = new AbortController();
    void link.nc.closed().then(() => closed.abort());
    const first = Promise.withResolvers<void>();
    const ask = () => this.#ask(store).finally(first.resolve);
    void every(ASK_EVERY_MS, { clock: this.#own, logger }, closed.signal, "ask the store for its time", ask);
    void this.#followConnection(store);
    await first.promise;
  }

  /** Takes in what the store said its time was, at some moment between these two, monotonic. */
  heard(storeMs: number, askedMs: number, answeredMs: number): void {
    const earliest = storeMs - answeredMs;
    const latest = storeMs - askedMs;
    if (this.#offsetMs !== undefined && this.#offsetMs >= earliest && this.#offsetMs <= latest) return;
    this.#offsetMs = (earliest + latest) / 2;
  }

  async #ask(store: StoreTime): Promise<void> {
    const { link, subjects } = store;
    const askedMs = this.#own.monotonicMs();
    const subject = `${link.apiPrefix}.STREAM.INFO.${subjects.stream("INGRESS")}`;
    const answer = await link.nc.request(subject, "", { timeout: ASK_LIMIT_MS }).catch((error: unknown) => {
      if (isUnanswered(error)) this.#unanswered(store, askedMs);
      throw error;
    });
    this.#watch.answered();
    const { ts } = Answer.parse(answer.json());
    this.heard(parseTimeMs(ts), askedMs, this.#own.monotonicMs());
    this.#tell(store);
  }

  /** Who asks the store all the time is who notices that it does not answer. */
  #unanswered({ link, logger }: StoreTime, askedMs: number): void {
    if (!this.#watch.unanswered(askedMs, this.#own.monotonicMs())) return;
    logger.warn("nothing is answered over this connection, though it stands; it is given up for another one");
    link.renewal.renew().catch((error: unknown) => logger.error({ reason: messageOf(error) }, "no other connection"));
  }

  #tell({ logger }: StoreTime): void {
    const aheadMs = Math.round(this.#own.nowMs() - this.nowMs());
    const isOff = Math.abs(aheadMs) > WORTH_TELLING_MS;
    if (isOff && !this.#isTold) logger.warn({ aheadMs }, "this machine's clock is not the store's; the store's counts");
    this.#isTold = isOff;
  }

  /** After a stand-still of the machine the monotonic clock is behind, and no connection has outlived it. */
  async #followConnection(store: StoreTime): Promise<void> {
    for await (const { type } of store.link.nc.status()) {
      if (type !== "reconnect") continue;
      await this.#ask(store).catch((error: unknown) => {
        store.logger.debug({ reason: messageOf(error) }, "the store did not tell its time; it is asked again");
      });
    }
  }
}

/** Lets a clock that can follow the store do so; another one, as tests give, stays as it is. See {@link StoreClock.follow}. */
export async function followStore(clock: Clock, store: StoreTime): Promise<void> {
  if (clock instanceof StoreClock) await clock.follow(store);
}
