/**
 * The gateway: the door for tasks over HTTP and NATS. It keeps no state: any number of them share the work, and what one began another
 * goes on with.
 */
import {
  followStore,
  openLink,
  type Service,
  StoreClock,
  Subjects,
  systemClock,
  systemRandom,
} from "@troupe/runtime/internal";
import { startApprovalServices } from "./approvals/approval-services.ts";
import type { ClockedGatewayOptions, GatewayOptions } from "./gateway-options.ts";
import { type GatewayParts, openParts } from "./gateway-parts.ts";
import { type HttpServer, startHttpServer } from "./http/http-server.ts";
import { type OpenGuard, openGuard } from "./http/open-guard.ts";
import { startTaskServices } from "./ingress/task-services.ts";
import { RoleAgents } from "./nats-agents/role-agents.ts";
import { healthProbe } from "./task/health-probe.ts";

const DEFAULT_VERSION = "0.1.0";

export interface Gateway {
  /** URL of the HTTP edge; empty before `start`. */
  readonly url: string;
  /** How long credentials and limits kept the requests so far: count, and quantiles in ms. */
  guardTiming(): { readonly count: number; readonly p50Ms: number; readonly p99Ms: number };
  /** Resolves once it takes requests. Throws `unavailable` without NATS, `invalid_config` when it cannot listen. */
  start(): Promise<void>;
  /** Ends event streams, finishes running requests, gives back what it holds. May be called more than once. */
  stop(): Promise<void>;
}

const notStarted = () => ({ count: 0, p50Ms: 0, p99Ms: 0 });

export function createGateway(options: GatewayOptions): Gateway {
  let running: Promise<RunningGateway> | undefined;
  let url = "";
  let timing = notStarted;
  return {
    guardTiming: () => timing(),
    get url() {
      return url;
    },
    start: async () => {
      running ??= RunningGateway.start({ ...options, clock: options.clock ?? new StoreClock(systemClock) });
      const { http } = await running;
      url = http.url;
      timing = () => http.guardTiming();
    },
    stop: async () => {
      const gateway = await running?.catch(() => undefined);
      await gateway?.stop();
    },
  };
}

class RunningGateway {
  readonly http: HttpServer;
  readonly #parts: GatewayParts;
  readonly #guard: OpenGuard;
  readonly #services: readonly Stoppable[];
  readonly #drain: () => void;
  #stopping: Promise<void> | undefined;

  private constructor(parts: GatewayParts, guard: OpenGuard, services: readonly Stoppable[], edge: Edge) {
    this.#parts = parts;
    this.#guard = guard;
    this.#services = services;
    this.http = edge.http;
    this.#drain = edge.drain;
  }

  static async start(options: ClockedGatewayOptions): Promise<RunningGateway> {
    const { system, servers, seed, credentials, tls, apiPrefix, inboxPrefix, logger } = options;
    const { clock, random = systemRandom, tenant = "default" } = options;
    const user = seed === undefined && credentials === undefined ? undefined : "gateway";
    const signIn = { seed, credentials, tls, apiPrefix, inboxPrefix };
    const link = await openLink({ servers, name: "gateway", user, ...signIn, logger, clock });
    let guard: OpenGuard | undefined;
    try {
      await followStore(clock, { link, subjects: new Subjects(system), logger });
      const parts = await openParts(options, link);
      const { subjects } = parts;
      guard = await openGuard({ ...options, tenant }, { link, subjects, clock, random, logger });
      const edge = await openEdge(options, parts, guard);
      const services = serveOnNats(options, parts, user !== undefined);
      parts.room.start();
      parts.push.sender.start();
      logger.info({ url: edge.http.url, system }, "gateway takes requests");
      return new RunningGateway(parts, guard, services, edge);
    } catch (error) {
      guard?.stop();
      await link.close();
      throw error;
    }
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { link, publisher, audit, room, ends, deployed, reconnects, push } = this.#parts;
    this.#drain();
    await Promise.all([
      push.sender.stop(),
      this.http.close(),
      ...this.#services.map((service) => service.stop()),
      room.stop(),
    ]);
    this.#guard.stop();
    ends.stop();
    deployed.stop();
    reconnects.stop();
    publisher.close();
    audit.close();
    await link.close();
  }
}

/** The HTTP side, and how it is told that it is about to close. */
interface Edge {
  readonly http: HttpServer;
  readonly drain: () => void;
}

async function openEdge(options: ClockedGatewayOptions, parts: GatewayParts, guard: OpenGuard): Promise<Edge> {
  const { system, host = "127.0.0.1", port = 0, trustedProxies, patience, page, logger } = options;
  const { link, api, approvals, supervisor, traces, deployed, reconnects, push } = parts;
  let isDraining = false;
  const health = healthProbe({
    link,
    api,
    deployed,
    isConnected: reconnects.isConnected,
    isDraining: () => isDraining,
    required: options.requiredParts ?? [],
  });
  const http = await startHttpServer({
    api,
    approvals,
    supervisor,
    health,
    traces,
    guard: guard.ports,
    system,
    version: options.version ?? DEFAULT_VERSION,
    host,
    port,
    trustedProxies,
    patience,
    page,
    push: push.store,
    logger,
    clock: options.clock,
  });
  return { http, drain: () => (isDraining = true) };
}

type Stoppable = Pick<Service, "stop">;

function serveOnNats(options: ClockedGatewayOptions, parts: GatewayParts, hasAccounts: boolean): readonly Stoppable[] {
  const { system, tenant = "default", version = DEFAULT_VERSION, logger } = options;
  const { clock, random = systemRandom } = options;
  const { link, subjects, api, approvals, traces, deployed } = parts;
  // Whoever has an account on NATS is let through by the server; there a task's id is enough to see it.
  const caller = { tenant, isWalled: false };
  const approvers = { hasAccounts, caller };
  const agents = new RoleAgents({ link, system, api, caller, traces, version, clock, random, logger });
  deployed.whenChanged((current) => agents.follow(current?.system));
  return [
    agents,
    startTaskServices({ link, subjects, api, caller, traces, version, logger }),
    startApprovalServices({ link, subjects, api: approvals, approvers, version, logger }),
  ];
}
