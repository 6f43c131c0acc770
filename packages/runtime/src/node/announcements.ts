import type { Clock } from "../clock.ts";
import { CONTROL_VERSION, type Died, type Ended, type Heartbeat } from "../contracts/control.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { messageOf } from "../errors.ts";
import type { HeldDelivery } from "../host/ipc.ts";
import { handBackSubject } from "../nats/ack-subject.ts";
import type { Link } from "../nats/connection.ts";
import type { Logger } from "../telemetry/logger.ts";
import { isWithin } from "../within.ts";

/**
 * By then a server with nothing else to do has noticed as well: before, it might hand a message to a pull of the very host that is gone. One that
 * is busy is given as long as it takes to answer this often, or the limit.
 */
const GIVE_BACK_AFTER_MS = 25;
const ANSWERS = 2;
const ANSWERS_LIMIT_MS = 2_000;

export interface AnnouncementsOptions {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What a node says to whoever listens. All of it may be lost: heartbeats repeat, and the server gives back by itself what nobody works on. */
export class Announcements {
  readonly #options: AnnouncementsOptions;

  constructor(options: AnnouncementsOptions) {
    this.#options = options;
  }

  heartbeat(heartbeat: Heartbeat): void {
    this.#publish(this.#options.subjects.heartbeat(heartbeat.node), JSON.stringify(heartbeat));
  }

  /** Hands deliveries of an ended host to others. */
  async giveBack(held: readonly HeldDelivery[]): Promise<void> {
    const { clock, logger } = this.#options;
    await clock.sleep(GIVE_BACK_AFTER_MS);
    await isWithin(clock, ANSWERS_LIMIT_MS, this.#serverAnswers());
    logger.info({ deliveries: held.length }, "deliveries of an ended host are given back");
    for (const { stream, durable, streamSequence, consumerSequence } of held) {
      this.#publish(handBackSubject(stream, durable, streamSequence, consumerSequence), "-NAK");
    }
  }

  hostDied(died: Died): void {
    this.#options.logger.error({ host: died.incarnation, reason: died.reason }, "host has died");
    this.#publish(this.#options.subjects.control("died"), JSON.stringify(died));
  }

  /** Of the hops that a host names it can have made these only: their ids are keyed hashes. */
  hopsEnded(task: string, hops: readonly string[]): void {
    const ended: Ended = { v: CONTROL_VERSION, task, reason: "lost_quorum", hops: [...hops] };
    this.#publish(this.#options.subjects.control("ended"), JSON.stringify(ended));
  }

  async #serverAnswers(): Promise<void> {
    const { link, logger } = this.#options;
    try {
      for (let answers = 0; answers < ANSWERS; answers++) await link.nc.flush();
    } catch (error) {
      logger.debug({ reason: messageOf(error) }, "the server does not answer");
    }
  }

  #publish(subject: string, body: string): void {
    const { link, logger } = this.#options;
    try {
      link.nc.publish(subject, body);
    } catch (error) {
      logger.debug({ subject, reason: messageOf(error) }, "not published");
    }
  }
}
