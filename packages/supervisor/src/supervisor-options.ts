import {
  type Clock,
  type LinkOptions,
  type Logger,
  type Random,
  requireSystemName,
  StoreClock,
  systemClock,
  systemRandom,
  type TlsSettings,
  TroupeError,
} from "@troupe/runtime/internal";
import { checkWebhook, type WebhookSettings } from "./alerts/webhook.ts";
import type { SupervisorMetrics } from "./metrics/supervisor-metrics.ts";
import { resolveSupervisorSettings, type SupervisorSettings } from "./settings.ts";

/** How a process reaches NATS, with whose rights. */
export interface SupervisorLink {
  /** One URL, or those of a cluster. */
  readonly servers: string | readonly string[];
  /** nkey seed; absent = the server's anonymous user, on a server without accounts. */
  readonly seed?: string | undefined;
  /** Instead of `seed`, where it changes while the supervisor runs. */
  readonly credentials?: LinkOptions["credentials"];
  readonly tls?: TlsSettings | undefined;
  /** Default `$JS.API`. */
  readonly apiPrefix?: string | undefined;
  /** Default `_INBOX`. */
  readonly inboxPrefix?: string | undefined;
}

/** What a supervisor is told when it is made. */
export interface SupervisorOptions {
  /** Name of the system that it leads. */
  readonly system: string;
  /** How it reaches NATS (user `supervisor` of CORE). */
  readonly link: SupervisorLink;
  /** Unique among running supervisors, and best the same after a restart: then the lease is its own again at once. Default: random. */
  readonly id?: string;
  /** Shards of the task log; fixed when the system is created. Default 1. */
  readonly shards?: number;
  /** Copies of every stream: 1 on one server (default), 3 in production. */
  readonly replicas?: number;
  /**
   * File with the key that seals the audit, made when missing; how far it has sealed is kept beside it. Absent = a key that ends with this
   * process, so that its seals can be checked only by whoever notes the public key.
   */
  readonly auditKeyFile?: string | undefined;
  readonly settings?: Partial<SupervisorSettings>;
  /** Where alerts are sent, besides their NATS subject and the log. Default nowhere. */
  readonly alertWebhooks?: readonly WebhookSettings[];
  /** What it counts is kept here. Default: nothing is counted. */
  readonly metrics?: SupervisorMetrics | undefined;
  readonly logger: Logger;
  /** Default: the store's time, carried on by this machine's monotonic clock. */
  readonly clock?: Clock;
  readonly random?: Random;
}

/** {@link SupervisorOptions} with every default filled in. */
export interface ResolvedSupervisorOptions
  extends Required<Omit<SupervisorOptions, "settings" | "auditKeyFile" | "metrics">> {
  readonly metrics: SupervisorMetrics | undefined;
  readonly auditKeyFile: string | undefined;
  readonly settings: SupervisorSettings;
}

/** Fills in defaults and rejects nonsense. Throws `invalid_id` or `invalid_config`. */
export function resolveSupervisorOptions(options: SupervisorOptions): ResolvedSupervisorOptions {
  const { random = systemRandom, shards = 1, replicas = 1 } = options;
  for (const webhook of options.alertWebhooks ?? []) checkWebhook(webhook);
  for (const [path, value] of Object.entries({ shards, replicas })) {
    if (Number.isSafeInteger(value) && value >= 1 && value <= 999) continue;
    throw new TroupeError("invalid_config", `${path}: ${value} is not a whole number from 1 to 999`);
  }
  return {
    system: requireSystemName(options.system),
    link: options.link,
    id: options.id ?? `supervisor-${Buffer.from(random.bytes(4)).toString("hex")}`,
    shards,
    replicas,
    auditKeyFile: options.auditKeyFile,
    settings: resolveSupervisorSettings(options.settings),
    alertWebhooks: options.alertWebhooks ?? [],
    metrics: options.metrics,
    logger: options.logger,
    clock: options.clock ?? new StoreClock(systemClock),
    random,
  };
}
