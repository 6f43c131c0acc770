import { memoryUsage } from "node:process";
import { type Clock, systemClock } from "../clock.ts";
import { requireNodeName, requireSystemName } from "../contracts/names.ts";
import { TroupeError } from "../errors.ts";
import type { LinkSettings } from "../host/ipc.ts";
import type { LinkOptions } from "../nats/connection.ts";
import { type Random, systemRandom } from "../random.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { HostTracing } from "../telemetry/process-tracing.ts";
import type { BrokerService } from "./broker-service.ts";
import type { MessageLog } from "./message-log.ts";
import type { NodeMetrics } from "./node-metrics.ts";

/** How a node itself reaches NATS. */
export type NodeLink = LinkSettings & Pick<LinkOptions, "credentials">;

export type RoleKeysPlace = { readonly folder: string } | "issued";

/** Where a node keeps the code that was deployed. */
export interface BundlesPlace {
  /** Of this machine; may be shared. What lies there is run: nobody else may write to it. */
  readonly folder: string;
  /** URLs of modules: packages that are not in a bundle are those that the first of them finds, else the next. */
  readonly packagesFrom: readonly string[];
}

/** What a node is told when it is made. */
export interface NodeOptions {
  /** Name of the system that it joins. */
  readonly system: string;
  /** Its own name, unique in the system: up to 63 lower-case letters, digits or hyphens. */
  readonly name: string;
  /** How the node itself reaches NATS (user `node`, or its own where nodes have identities). */
  readonly nodeLink: NodeLink;
  /** How its hosts do (user `host`) where roles have no accounts of their own. */
  readonly hostLink: LinkSettings;
  /**
   * Where roles have accounts, and each signs in as itself: a folder with the keys of all roles, or `issued`: an issuer gives the node
   * short-lived ones of the roles that are placed on it. A version whose roles have no keys is not run. Absent = all roles share
   * `hostLink`, and the server does not check the graph.
   */
  readonly roleKeys?: RoleKeysPlace | undefined;
  /** What placement may ask for: `{ gpu: "true", region: "eu" }`. Default none. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Default none. */
  readonly capabilities?: readonly string[];
  /** How many messages its actors may hold at once, as placement counts it. Default 64. */
  readonly slots?: number;
  /** What its actors may reserve of this machine's memory together, bytes, as placement counts it. Default: no limit. */
  readonly memoryLimitBytes?: number | undefined;
  /** Module with `loadYamlSystem`, for systems that are configuration only. Without it such a system fails to start here. */
  readonly loader?: string;
  /** Where the code of deployed systems is kept, and whose packages it uses. Without it a system with code fails to start here. */
  readonly bundles?: BundlesPlace;
  /** `process` (default): each version in a child process. `none`: in this process, for tests and debugging. */
  readonly isolation?: "process" | "none";
  /** How long a drain lets messages finish before they are aborted and given back. Default 25 s, ms. */
  readonly drainLimitMs?: number;
  /** Default 500. */
  readonly heartbeatMs?: number;
  /** How long a host may say nothing before it is killed: its event loop is blocked. Default 10 s, ms; 0 = for ever. */
  readonly hostSilenceMs?: number;
  /** What it does for its hosts beside bodies and notices: budgets, cache, audit. Default none. */
  readonly brokerServices?: readonly BrokerService[];
  /** Takes what its hosts write, line by line. Default: it goes to this process's standard error. */
  readonly hostOutput?: ((line: string) => void) | undefined;
  /** Keeps what its roles handled. Default: nobody does. */
  readonly messageLog?: MessageLog | undefined;
  /** How its hosts trace, and who takes their spans. Default: they do not. */
  readonly tracing?: HostTracing | undefined;
  /** What it counts is kept here, its hosts' figures with it. Default: nothing is counted. */
  readonly metrics?: NodeMetrics | undefined;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Memory of this process, bytes; default its resident set. */
  readonly memoryBytes?: () => number;
}

type OptionalForGood =
  | "loader"
  | "bundles"
  | "roleKeys"
  | "memoryLimitBytes"
  | "hostOutput"
  | "messageLog"
  | "tracing"
  | "metrics";

/** {@link NodeOptions} with every default filled in. */
export type ResolvedNodeOptions = Required<Omit<NodeOptions, OptionalForGood>> & {
  readonly hostOutput: ((line: string) => void) | undefined;
  readonly messageLog: MessageLog | undefined;
  readonly tracing: HostTracing | undefined;
  readonly metrics: NodeMetrics | undefined;
  readonly memoryLimitBytes: number | undefined;
  readonly loader: string | undefined;
  readonly bundles: BundlesPlace | undefined;
  readonly roleKeys: RoleKeysPlace | undefined;
};

const count = (path: string, value: number, minimum: number): number => {
  if (Number.isSafeInteger(value) && value >= minimum) return value;
  throw new TroupeError("invalid_config", `${path}: ${value} is not a whole number of at least ${minimum}`);
};

function distinct(services: readonly BrokerService[]): readonly BrokerService[] {
  const names = services.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return services;
  throw new TroupeError("invalid_config", `brokerServices: two are named ${twice}`);
}

/** Fills in defaults and rejects nonsense. Throws `invalid_id` or `invalid_config`. */
export function resolveNodeOptions(options: NodeOptions): ResolvedNodeOptions {
  return {
    ...options,
    system: requireSystemName(options.system),
    name: requireNodeName(options.name),
    labels: options.labels ?? {},
    capabilities: options.capabilities ?? [],
    slots: count("slots", options.slots ?? 64, 0),
    memoryLimitBytes:
      options.memoryLimitBytes === undefined ? undefined : count("memoryLimitBytes", options.memoryLimitBytes, 0),
    loader: options.loader,
    bundles: options.bundles,
    roleKeys: options.roleKeys,
    hostOutput: options.hostOutput,
    messageLog: options.messageLog,
    tracing: options.tracing,
    metrics: options.metrics,
    isolation: options.isolation ?? "process",
    brokerServices: distinct(options.brokerServices ?? []),
    drainLimitMs: count("drainLimitMs", options.drainLimitMs ?? 25_000, 0),
    heartbeatMs: count("heartbeatMs", options.heartbeatMs ?? 500, 1),
    hostSilenceMs: count("hostSilenceMs", options.hostSilenceMs ?? 10_000, 0),
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    memoryBytes: options.memoryBytes ?? (() => memoryUsage.rss()),
  };
}
