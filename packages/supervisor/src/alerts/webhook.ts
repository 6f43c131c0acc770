/** Alerts as HTTP requests to where an operator wants them. The server of that address may be anybody's: it gets one small POST, and is believed nothing. */
import {
  type AlertNotice,
  type Clock,
  guardedLookup,
  hostOf,
  type Logger,
  messageOf,
  type Random,
  requireDestination,
  TroupeError,
} from "@troupe/runtime/internal";
import type { AlertSink } from "./alert-watch.ts";

export interface WebhookSettings {
  /** `https:`, or `http:` where the operator says so; no user name or password in it. */
  readonly url: string;
  /** Host names whose addresses may be private ones. Default none. */
  readonly privateHosts?: readonly string[];
}

export interface WebhookPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** From connecting to the status of the answer. */
const TIMEOUT_MS = 5_000;
const ATTEMPTS = 6;
const BASE_MS = 1_000;
const MOST_MS = 30_000;
/** Alerts that wait while one is tried again; the oldest goes first when there are more. */
const WAITING = 100;

/** Throws `invalid_config` for what no alert will ever be sent to. */
export function checkWebhook({ url, privateHosts = [] }: WebhookSettings): URL {
  try {
    return requireDestination(url, privateHosts);
  } catch (error) {
    throw new TroupeError("invalid_config", `alert webhook: ${messageOf(error)}`, { cause: error });
  }
}

/** Sends alerts one after the other, in their order; each again while it is not taken, with growing pauses, then it is logged and let go. */
export class WebhookSink implements AlertSink {
  readonly #url: URL;
  readonly #isPrivateAllowed: boolean;
  readonly #ports: WebhookPorts;
  readonly #waiting: AlertNotice[] = [];
  readonly #stopped = new AbortController();
  #sending: Promise<void> | undefined;

  /** Throws `invalid_config`. */
  constructor(settings: WebhookSettings, ports: WebhookPorts) {
    this.#url = checkWebhook(settings);
    this.#isPrivateAllowed = settings.privateHosts?.includes(hostOf(this.#url)) ?? false;
    this.#ports = ports;
  }

  tell(notice: AlertNotice): void {
    this.#waiting.push(notice);
    if (this.#waiting.length > WAITING) {
      const lost = this.#waiting.shift();
      this.#ports.logger.error({ alert: lost?.name, about: lost?.about }, "an alert was not sent: too many wait");
    }
    this.#sending ??= this.#sendAll();
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.#sending;
  }

  /** Gives up what waits. */
  stop(): void {
    this.#stopped.abort();
    this.#waiting.length = 0;
  }

  async #sendAll(): Promise<void> {
    for (let notice = this.#waiting.shift(); notice; notice = this.#waiting.shift()) await this.#send(notice);
    this.#sending = undefined;
  }

  async #send(notice: AlertNotice): Promise<void> {
    const { clock, random, logger } = this.#ports;
    const { signal } = this.#stopped;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        const status = await post(this.#url, JSON.stringify(notice), this.#isPrivateAllowed, signal);
        if (status >= 200 && status < 300) return;
        throw new Error(`it answered ${status}`);
      } catch (error) {
        const at = { alert: notice.name, about: notice.about, host: this.#url.host, attempt };
        if (attempt === ATTEMPTS || error instanceof TroupeError) {
          logger.error({ ...at, reason: messageOf(error) }, "an alert was not sent");
          return;
        }
        logger.warn({ ...at, reason: messageOf(error) }, "an alert was not sent yet");
        const pauseMs = Math.min(MOST_MS, BASE_MS * 2 ** (attempt - 1)) * (0.5 + random.unit() / 2);
        await clock.sleep(pauseMs, signal).catch(() => undefined);
      }
    }
  }
}

/**
 * One request; resolves with the status. Nothing is followed and the answer's body is not read. The address is judged where it is resolved
 * for this very connection, so a name cannot point elsewhere in between. Throws `forbidden` for a private address.
 */
async function post(url: URL, body: string, isPrivateAllowed: boolean, signal: AbortSignal): Promise<number> {
  // Loaded here: they bring much along, and few supervisors have a webhook.
  const { request } = url.protocol === "https:" ? await import("node:https") : await import("node:http");
  const lookup = guardedLookup(isPrivateAllowed);
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "user-agent": "troupe",
  };
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  return new Promise((fulfil, reject) => {
    const sent = request(url, { method: "POST", headers, lookup, signal: limit, agent: false }, (response) => {
      fulfil(response.statusCode ?? 0);
      response.destroy();
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
