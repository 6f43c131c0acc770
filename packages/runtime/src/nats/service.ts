/**
 * Answers requests as a NATS micro service (ADR-32), so that `nats micro ls|info|stats` and every client see it. The only way in which
 * the project answers requests.
 *
 * An error goes back as headers `Nats-Service-Error` and `Nats-Service-Error-Code` (HTTP status) and as JSON `{error: {code, …}}`.
 */
import { type Msg, nuid, type Subscription } from "@nats-io/transport-node";
import type { Logger } from "pino";
import { type Clock, rfc3339, systemClock } from "../clock.ts";
import { messageOf, TroupeError } from "../errors.ts";
import type { Link } from "./connection.ts";
import { createServiceRequest, isAnswerable, type ServiceRequest } from "./service-request.ts";

/** Largest request body of an endpoint that names no limit. */
const DEFAULT_MAX_BYTES = 1024 * 1024;
const SERVICE_NAME = /^[A-Za-z0-9_-]+$/;
const QUEUE_GROUP = "q";

const queueGroupOf = ({ queueGroup, isBroadcast = false }: Endpoint): string | undefined =>
  isBroadcast ? undefined : (queueGroup ?? QUEUE_GROUP);

export interface Endpoint {
  readonly subject: string;
  /** Bytes; larger requests get `body_too_large`. Default 1 MiB. */
  readonly maxBytes?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Instances of one group share the requests. Default `q`. */
  readonly queueGroup?: string;
  /** Every instance answers instead of one of them. */
  readonly isBroadcast?: boolean;
  /** Answers the request. What it throws is answered as an error; what is no `TroupeError` is logged and answered without its text. */
  readonly handle: (request: ServiceRequest) => Promise<void> | void;
}

export interface ServiceOptions {
  /** `[A-Za-z0-9_-]+`. */
  readonly name: string;
  /** Semantic version. */
  readonly version: string;
  readonly description: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** By endpoint name, `[A-Za-z0-9_-]+`. */
  readonly endpoints: Readonly<Record<string, Endpoint>>;
  readonly logger: Logger;
  readonly clock?: Clock;
}

export interface Service {
  readonly id: string;
  /** Takes no more requests and waits for those that are being answered. Their signals abort. */
  stop(): Promise<void>;
}

/** Starts to answer. */
export function serve(link: Link, options: ServiceOptions): Service {
  return new MicroService(link, options);
}

interface EndpointStats {
  requests: number;
  errors: number;
  lastError: string;
  processingNs: number;
}

class MicroService implements Service {
  readonly id: string = nuid.next();
  readonly #link: Link;
  readonly #options: ServiceOptions;
  readonly #clock: Clock;
  readonly #startedAt: string;
  readonly #stats = new Map<string, EndpointStats>();
  readonly #subscriptions: Subscription[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(link: Link, options: ServiceOptions) {
    this.#link = link;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#startedAt = rfc3339(this.#clock.nowMs());
    for (const name of [options.name, ...Object.keys(options.endpoints)]) {
      if (!SERVICE_NAME.test(name)) throw new TroupeError("invalid_id", `not a service or endpoint name: ${name}`);
    }
    for (const [name, endpoint] of Object.entries(options.endpoints)) this.#serveEndpoint(name, endpoint);
    this.#serveDiscovery("PING", () => this.#ping());
    this.#serveDiscovery("INFO", () => this.#info());
    this.#serveDiscovery("STATS", () => this.#statistics());
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    const open = this.#subscriptions.filter((subscription) => !subscription.isClosed());
    await Promise.all(
      open.map((subscription) =>
        subscription.drain().catch((error: unknown) => {
          this.#options.logger.debug({ reason: messageOf(error) }, "service subscription not drained");
        }),
      ),
    );
    await Promise.all(this.#running);
  }

  #serveEndpoint(name: string, endpoint: Endpoint): void {
    const stats: EndpointStats = { requests: 0, errors: 0, lastError: "", processingNs: 0 };
    this.#stats.set(name, stats);
    this.#subscribe(endpoint.subject, queueGroupOf(endpoint), (message) => {
      const answering = this.#answer(message, endpoint, stats).finally(() => this.#running.delete(answering));
      this.#running.add(answering);
    });
  }

  async #answer(message: Msg, endpoint: Endpoint, stats: EndpointStats): Promise<void> {
    const { logger } = this.#options;
    const startMs = this.#clock.monotonicMs();
    stats.requests++;
    const failed = (error: unknown) => {
      stats.errors++;
      stats.lastError = messageOf(error).slice(0, 256);
    };
    const request = createServiceRequest(message, { link: this.#link, signal: this.#stopping.signal, logger, failed });
    try {
      if (!isAnswerable(message.reply, this.#link.inboxPrefix)) {
        // A stream's subject here would make us write into it for somebody who may not (nats.md 7.2).
        failed(new Error("the reply subject is no inbox"));
        logger.warn({ subject: message.subject, reply: message.reply }, "request refused: its reply is no inbox");
        return;
      }
      const limit = endpoint.maxBytes ?? DEFAULT_MAX_BYTES;
      if (message.data.length > limit) {
        throw new TroupeError("body_too_large", `the body has ${message.data.length} bytes; the limit is ${limit}`, {
          details: { limit },
        });
      }
      await endpoint.handle(request);
    } catch (error) {
      request.respondError(error);
    } finally {
      stats.processingNs += Math.round((this.#clock.monotonicMs() - startMs) * 1e6);
    }
  }

  #serveDiscovery(verb: "PING" | "INFO" | "STATS", answer: () => unknown): void {
    const { name } = this.#options;
    for (const subject of [`$SRV.${verb}`, `$SRV.${verb}.${name}`, `$SRV.${verb}.${name}.${this.id}`]) {
      this.#subscribe(subject, undefined, (message) => {
        if (isAnswerable(message.reply, this.#link.inboxPrefix)) message.respond(JSON.stringify(answer()));
      });
    }
  }

  /** An exception in a callback would stop the read loop of the whole connection. */
  #subscribe(subject: string, queue: string | undefined, take: (message: Msg) => void): void {
    const { logger } = this.#options;
    const subscription = this.#link.nc.subscribe(subject, {
      ...(queue === undefined ? {} : { queue }),
      callback: (error, message) => {
        try {
          if (error) logger.error({ subject, reason: error.message }, "service subscription refused");
          else take(message);
        } catch (thrown) {
          logger.error({ subject, reason: messageOf(thrown) }, "request not taken");
        }
      },
    });
    this.#subscriptions.push(subscription);
  }

  #ping(): Record<string, unknown> {
    const { name, version, metadata = {} } = this.#options;
    return { type: "io.nats.micro.v1.ping_response", name, id: this.id, version, metadata };
  }

  #info(): Record<string, unknown> {
    const { description, endpoints } = this.#options;
    const list = Object.entries(endpoints).map(([name, endpoint]) => ({
      name,
      subject: endpoint.subject,
      queue_group: queueGroupOf(endpoint) ?? "",
      metadata: endpoint.metadata ?? {},
    }));
    const subjects = list.map(({ subject }) => subject);
    return { ...this.#ping(), type: "io.nats.micro.v1.info_response", description, endpoints: list, subjects };
  }

  #statistics(): Record<string, unknown> {
    const endpoints = Object.entries(this.#options.endpoints).map(([name, endpoint]) => {
      const stats = this.#stats.get(name);
      const [requests, processingNs] = [stats?.requests ?? 0, stats?.processingNs ?? 0];
      return {
        name,
        subject: endpoint.subject,
        queue_group: queueGroupOf(endpoint) ?? "",
        num_requests: requests,
        num_errors: stats?.errors ?? 0,
        last_error: stats?.lastError ?? "",
        processing_time: processingNs,
        average_processing_time: requests === 0 ? 0 : Math.round(processingNs / requests),
      };
    });
    return { ...this.#ping(), type: "io.nats.micro.v1.stats_response", started: this.#startedAt, endpoints };
  }
}
