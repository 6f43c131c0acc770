/** Supervisor and gateway as parts of a process, with one way to start and to end them. */
import { pageFiles } from "@troupe/dashboard";
import { createGateway, type Gateway, type GatewayOptions } from "@troupe/gateway";
import type { GuardEnvironment } from "@troupe/gateway/internal";
import type { Clock, Random } from "@troupe/runtime";
import { auditKeyFileOf, type Logger, StoreClock, type Tracer } from "@troupe/runtime/internal";
import { createSupervisor, type Supervisor, type SupervisorOptions } from "@troupe/supervisor";

export { SupervisorMetrics } from "@troupe/supervisor";

import type { SignInOf } from "./keys.ts";
import { VERSION } from "./version.ts";

export interface PartSettings {
  readonly servers: string;
  readonly system: string;
  readonly signInOf: SignInOf;
  /** Of which `signInOf` was read; what else a part keeps to itself lies beside it. */
  readonly keysFile?: string | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

export interface SupervisorPartSettings extends PartSettings {
  /** Default: random. */
  readonly id?: string | undefined;
  /** Where alerts are sent. Default nowhere. */
  readonly alertWebhooks?: SupervisorOptions["alertWebhooks"];
  /** What it counts is kept here. Default: nothing is counted. */
  readonly metrics?: SupervisorOptions["metrics"];
  /** Copies of every stream. Default 1. */
  readonly replicas?: number;
}

/** Starts a supervisor. Resolves when it leads or stands by. */
export async function startSupervisor(settings: SupervisorPartSettings): Promise<Supervisor> {
  const {
    servers,
    system,
    signInOf,
    keysFile,
    id,
    alertWebhooks = [],
    replicas = 1,
    metrics,
    logger,
    clock,
    random,
  } = settings;
  const link = { servers, ...signInOf("supervisor") };
  const auditKeyFile = keysFile === undefined ? undefined : auditKeyFileOf(keysFile);
  const supervisor = createSupervisor({
    system,
    link,
    ...(id === undefined ? {} : { id }),
    auditKeyFile,
    alertWebhooks,
    replicas,
    metrics,
    logger,
    clock: new StoreClock(clock),
    random,
  });
  await supervisor.start();
  return supervisor;
}

export interface GatewaySettings extends PartSettings {
  readonly httpPort: number;
  readonly httpHost?: string;
  /** Of the process's tracing; absent = requests are not traced here. */
  readonly tracer?: Tracer | undefined;
  /** Key ring for stored bodies; absent = systems that encrypt cannot be used through this gateway. */
  readonly encryptionKeysFile?: string | undefined;
  /** Who may call, and how often. */
  readonly guard: GuardEnvironment;
  /** Parts that `/health` is 503 without. */
  readonly requiredParts: GatewayOptions["requiredParts"];
}

/** Starts a gateway. Resolves once it takes requests. */
export async function startGateway(settings: GatewaySettings): Promise<Gateway> {
  const { servers, system, signInOf, logger, clock, random, httpPort, httpHost = "127.0.0.1" } = settings;
  const { guard, requiredParts } = settings;
  const gateway = createGateway({
    system,
    servers,
    ...signInOf("gateway"),
    ...guard,
    requiredParts,
    encryptionKeysFile: settings.encryptionKeysFile,
    tracer: settings.tracer,
    host: httpHost,
    port: httpPort,
    page: await pageFiles(),
    version: VERSION,
    logger,
    clock: new StoreClock(clock),
    random,
  });
  await gateway.start();
  return gateway;
}
