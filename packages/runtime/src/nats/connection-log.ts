import { AuthorizationError, type Status, UserAuthenticationExpiredError } from "@nats-io/transport-node";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";

const SAID_AGAIN_MS = 60_000;

/**
 * Logs what becomes of one connection. The library tells of an outage anew with every attempt that the server does not let in, and at the end of
 * reconnecting once for each of them; here it is said once that the connection is gone, at the first attempt and then once a minute that the
 * user is not let in, with how often, and once that it is back.
 */
export class ConnectionLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  #isUp = true;
  /** Attempts that were not let in since the last connection, and when that was said last. */
  #notLetIn = 0;
  #saidMs = 0;

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  take(status: Status): void {
    switch (status.type) {
      case "disconnect":
        return this.#disconnected(status.server);
      case "reconnect":
        return this.#reconnected(status.server);
      case "error":
        return isOfSignIn(status.error) ? this.#refused(status.error) : this.#failed(status.error);
      case "staleConnection":
      case "forceReconnect":
      case "ldm":
        return this.#logger.warn({ status: status.type }, "NATS connection is given up");
      case "slowConsumer":
        return this.#logger.warn({ pending: status.pending }, "slow consumer");
      case "reconnecting":
      case "update":
      case "ping":
      case "close":
        return this.#logger.trace({ status: status.type }, "NATS connection");
    }
  }

  #disconnected(server: string): void {
    if (this.#isUp) this.#logger.warn({ server }, "disconnected from NATS");
    this.#isUp = false;
  }

  #reconnected(server: string): void {
    const notLetIn = this.#notLetIn === 0 ? {} : { notLetIn: this.#notLetIn };
    if (!this.#isUp) this.#logger.info({ server, ...notLetIn }, "reconnected to NATS");
    this.#isUp = true;
    this.#notLetIn = 0;
  }

  #refused({ message: reason }: Error): void {
    const nowMs = this.#clock.monotonicMs();
    const times = ++this.#notLetIn;
    if (times > 1 && nowMs - this.#saidMs < SAID_AGAIN_MS) return;
    this.#saidMs = nowMs;
    if (times === 1) this.#logger.error({ reason }, "NATS does not let this user in; trying again");
    else this.#logger.error({ reason, times }, "NATS still does not let this user in; trying again");
  }

  #failed({ message: reason }: Error): void {
    this.#logger.error({ reason }, "NATS refused an operation");
  }
}

const isOfSignIn = (error: Error): boolean =>
  error instanceof AuthorizationError || error instanceof UserAuthenticationExpiredError;
