/**
 * The gateway: the door for tasks over HTTP and NATS. It keeps no state: any number of them share the work, and what one began another
 * goes on with.
 */
import {
  AuditWriter,
  type Clock,
  createBlobs,
  createJetStreamLog,
  createPublisher,
  createTaskArchive,
  type Link,
  type LinkOptions,
  type Logger,
  newTaskId,
  openLink,
  type Publisher,
  type Random,
  type Service,
  Subjects,
  systemClock,
  systemRandom,
  type Tracer,
  type Version,
} from "@troupe/runtime/internal";
import { openPush, type Push, type PushSettings } from "./a2a/push/open-push.ts";
import { ApprovalApi } from "./approvals/approval-api.ts";
import { startApprovalServices } from "./approvals/approval-services.ts";
import type { AuthSettings } from "./auth/auth-settings.ts";
import { type SupervisorApi, supervisorApi } from "./cluster/supervisor-api.ts";
import { ClientSeals } from "./encryption/client-seals.ts";
import { type HttpPatience, type HttpServer, startHttpServer } from "./http/http-server.ts";
import { type OpenGuard, openGuard } from "./http/open-guard.ts";
import type { StaticFile } from "./http/page-routes.ts";
import { ActorLoads } from "./ingress/actor-loads.ts";
import { Backlog } from "./ingress/backlog.ts";
import { inputCarrier } from "./ingress/carried-input.ts";
import { DeployedSystem } from "./ingress/deployed-system.ts";
import { EndWatch } from "./ingress/end-watch.ts";
import { groupWrites } from "./ingress/grouped-writes.ts";
import { createKeyStore } from "./ingress/idempotency-keys.ts";
import { InFlight } from "./ingress/in-flight.ts";
import { Ingress } from "./ingress/ingress.ts";
import { startTaskServices } from "./ingress/task-services.ts";
import { TurnKeeper } from "./ingress/turn-keeper.ts";
import { WaitingRoom } from "./ingress/waiting-room.ts";
import { streamWriter } from "./ingress/write-once-stream.ts";
import type { LoadLimits } from "./limits/load-shedding.ts";
import type { RequestLimits } from "./limits/request-limits.ts";
import { GatewayApi } from "./task/gateway-api.ts";
import { healthProbe } from "./task/health-probe.ts";
import type { HealthPartName } from "./task/task-api.ts";
import { DoorTraces } from "./telemetry/door-traces.ts";
import { followReconnects } from "./watch/reconnects.ts";
import { createTaskReader } from "./watch/task-reader.ts";

export interface GatewayOptions extends PushSettings {
  readonly system: string;
  /** URL of the NATS server, or of several. */
  readonly servers: string | readonly string[];
  /** nkey seed of the `gateway` user; absent on a server without accounts. */
  readonly seed?: string | undefined;
  /** Instead of `seed`, where it changes while the gateway runs. */
  readonly credentials?: LinkOptions["credentials"];
  readonly tls?: LinkOptions["tls"];
  readonly apiPrefix?: string | undefined;
  readonly inboxPrefix?: string | undefined;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Log shards of the system, as it was created; default 1. */
  readonly shards?: number;
  /** File of the key ring that stored bodies are encrypted with; needed where a system says so. Default none. */
  readonly encryptionKeysFile?: string | undefined;
  /** Accepted tasks that may wait for admission before more are refused; default 10,000. */
  readonly backlogLimit?: number;
  /** Who has to sign in over HTTP; absent = nobody, which suits a developer's own machine. */
  readonly auth?: AuthSettings | undefined;
  /** Limits on requests; by default those of `docs/limits.md` where callers sign in, else none. */
  readonly limits?: Partial<RequestLimits> | undefined;
  /** When requests are turned away since there is too much to do. */
  readonly loadLimits?: Partial<LoadLimits> | undefined;
  /** Addresses of proxies whose `X-Forwarded-For` is believed; default none. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Parts that `/health` is 503 without, beside the gateway itself and NATS; default none. */
  readonly requiredParts?: readonly HealthPartName[] | undefined;
  /** How long slow clients are borne with. */
  readonly patience?: Partial<HttpPatience> | undefined;
  /** Whose tasks those are of callers who need not sign in, and of those over NATS; default `default`. */
  readonly tenant?: string;
  /** Files of the dashboard, served at `/dashboard`; default none. */
  readonly page?: readonly StaticFile[] | undefined;
  /** Makes spans of requests, as its sampler says. Absent = a caller's trace is handed on as it came. */
  readonly tracer?: Tracer | undefined;
  /** Shown in discovery and in the OpenAPI document. */
  readonly version?: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
}

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

const DEFAULT_BACKLOG = 10_000;
/** Callers hear of an outage at once and come back by themselves; what they had in hand is repeated no longer than this. */
const PATIENCE_MS = 1_000;
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
      running ??= RunningGateway.start(options);
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
  readonly #parts: Parts;
  readonly #guard: OpenGuard;
  readonly #services: readonly Service[];
  #stopping: Promise<void> | undefined;

  private constructor(parts: Parts, guard: OpenGuard, services: readonly Service[], http: HttpServer) {
    this.#parts = parts;
    this.#guard = guard;
    this.#services = services;
    this.http = http;
  }

  static async start(options: GatewayOptions): Promise<RunningGateway> {
    const { system, servers, seed, credentials, tls, apiPrefix, inboxPrefix, logger } = options;
    const { clock = systemClock, random = systemRandom, tenant = "default" } = options;
    const user = seed === undefined && credentials === undefined ? undefined : "gateway";
    const signIn = { seed, credentials, tls, apiPrefix, inboxPrefix };
    const link = await openLink({ servers, name: "gateway", user, ...signIn, logger, clock });
    let guard: OpenGuard | undefined;
    try {
      const parts = await assemble(options, link);
      const version = options.version ?? "0.1.0";
      const { api, subjects } = parts;
      const health = healthProbe({
        link,
        api,
        deployed: parts.deployed,
        isConnected: parts.reconnects.isConnected,
        isDraining: () => parts.isDraining,
        required: options.requiredParts ?? [],
      });
      const { host = "127.0.0.1", port = 0, trustedProxies, patience, page } = options;
      guard = await openGuard({ ...options, tenant }, { link, subjects, clock, random, logger });
      const edge = {
        api,
        approvals: parts.approvals,
        supervisor: parts.supervisor,
        health,
        traces: parts.traces,
        guard: guard.ports,
        system,
        version,
        host,
        port,
        trustedProxies,
        patience,
        page,
        push: parts.push.store,
        logger,
        clock,
      };
      const http = await startHttpServer(edge);
      // Whoever has an account on NATS is let through by the server; there a task's id is enough to see it.
      const caller = { tenant, isWalled: false };
      const services = [
        startTaskServices({ link, subjects, api, caller, traces: parts.traces, version, logger }),
        startApprovalServices({
          link,
          subjects,
          api: parts.approvals,
          approvers: { hasAccounts: user !== undefined, caller },
          version,
          logger,
        }),
      ];
      parts.room.start();
      parts.push.sender.start();
      logger.info({ url: http.url, system }, "gateway takes requests");
      return new RunningGateway(parts, guard, services, http);
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
    this.#parts.isDraining = true;
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

interface Parts {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly publisher: Publisher;
  readonly api: GatewayApi;
  readonly approvals: ApprovalApi;
  readonly audit: AuditWriter;
  readonly supervisor: SupervisorApi;
  readonly traces: DoorTraces;
  readonly room: WaitingRoom;
  readonly ends: EndWatch;
  readonly deployed: DeployedSystem & { stop(): void };
  readonly reconnects: ReturnType<typeof followReconnects>;
  readonly push: Push;
  isDraining: boolean;
}

async function assemble(options: GatewayOptions, link: Link): Promise<Parts> {
  const { system, logger, clock = systemClock, random = systemRandom, shards = 1, tenant = "default" } = options;
  const subjects = new Subjects(system);
  const publisher = groupWrites(createPublisher(link, { clock }));
  const log = createJetStreamLog({ link, publisher, subjects });
  const deployed = await DeployedSystem.follow({ link, subjects, logger, clock });
  const core = {
    link,
    subjects,
    log,
    clock,
    random,
    logger,
    archive: createTaskArchive(link, subjects),
    patienceMs: PATIENCE_MS,
  };
  const blobs = createBlobs({ link, publisher, subjects });
  const manifestOf = (version: Version) => deployed.find(version)?.system.manifest;
  const seals = new ClientSeals({ ...core, keysFile: options.encryptionKeysFile, manifestOf });
  const traces = new DoorTraces(options.tracer);
  const inFlight = new InFlight(clock);
  const backlog = new Backlog(clock);
  const turns = new TurnKeeper(core);
  const supervisor = supervisorApi(link, subjects);
  const loads = new ActorLoads({ ...core, askActors: () => supervisor.read("actors") });
  const ends = new EndWatch({
    ...core,
    onEnd: (task) => {
      inFlight.ended(task);
      void turns.ended(task);
      room.pump();
    },
  });
  const ingress = new Ingress({
    ...core,
    keys: createKeyStore({ ...core, log: streamWriter(link, publisher, subjects.stream("KEYS")) }),
    waiting: streamWriter(link, publisher, subjects.stream("INGRESS")),
    shards,
    backlogLimit: options.backlogLimit ?? DEFAULT_BACKLOG,
    inFlight,
    backlog,
    loads,
    ends,
    turns,
    current: () => deployed.current(),
    isServed: (version) => deployed.isServed(version),
    carried: inputCarrier(blobs, seals),
  });
  const rejectedId = () => newTaskId(0, deployed.current().version, clock, random);
  const room: WaitingRoom = new WaitingRoom({ ...core, traces, ingress, backlog, tenant, rejectedId });
  const reader = createTaskReader({ ...core, shards, opened: (record) => seals.opened(record) });
  const reconnects = followReconnects(link);
  const watch = { link, subjects, reader, onReconnect: reconnects.onReconnect };
  const api = new GatewayApi({ ...core, seals, reader, ingress, watch, blobs, deployed, loads });
  const push = openPush({ ...core, api }, options);
  const audit = new AuditWriter({ link, subjects, source: "gateway", clock, random });
  const approvals = new ApprovalApi({
    ...core,
    reader,
    askSupervisor: (verb, body) => api.askSupervisor(verb, body),
    audit: (event, details) => audit.store(event, details, PATIENCE_MS),
    hint: (task) => api.hint(task),
  });
  return {
    link,
    subjects,
    publisher,
    api,
    approvals,
    audit,
    supervisor,
    room,
    ends,
    deployed,
    reconnects,
    traces,
    push,
    isDraining: false,
  };
}
