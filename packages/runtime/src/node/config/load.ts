/** Settings of a node process, from its flags and, where a flag is missing, from its environment. Nothing else of a node reads either. */
import { join } from "node:path";
import { env as processEnv } from "node:process";
import { parseArgs } from "node:util";
import { z } from "zod";
import { cacheFolder } from "../../cache-folder.ts";
import { TroupeError } from "../../errors.ts";
import type { LinkSettings } from "../../host/ipc.ts";
import { tlsOfEnvironment } from "../../nats/tls.ts";
import { PLACE_OF_USER, type UserName } from "../../nats/users.ts";
import { COLLECTOR_SECRETS } from "../../telemetry/config/load.ts";
import { LOG_LEVELS, type LogLevel } from "../../telemetry/log-levels.ts";
import type { NodeOptions } from "../node-options.ts";

/** Everything about a node process that is not code. */
export type NodeConfig = Omit<
  NodeOptions,
  "logger" | "clock" | "random" | "memoryBytes" | "brokerServices" | "hostOutput" | "messageLog" | "tracing" | "metrics"
> & {
  readonly logLevel: LogLevel;
};

const whole = z.coerce.number().int().min(0);
const words = z.string().transform((text) => text.split(",").filter((word) => word !== ""));
const pairs = words.transform((list, context) => {
  const entries = list.map((pair) => {
    const at = pair.indexOf("=");
    if (at < 1) context.addIssue({ code: "custom", message: `${JSON.stringify(pair)} is not key=value` });
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return Object.fromEntries(entries);
});

const Settings = z.object({
  system: z.string().default("troupe"),
  name: z.string(),
  nats: z.string().default("nats://127.0.0.1:4222"),
  "node-seed": z.string().optional(),
  "host-seed": z.string().optional(),
  "role-keys": z.string().optional(),
  labels: pairs.optional(),
  capabilities: words.optional(),
  slots: whole.optional(),
  "memory-mb": whole.optional(),
  loader: z.string().optional(),
  isolation: z.enum(["process", "none"]).optional(),
  "drain-limit-ms": whole.optional(),
  "heartbeat-ms": whole.optional(),
  "host-silence-ms": whole.optional(),
  "log-level": z.enum(LOG_LEVELS).default("info"),
});
type Settings = z.infer<typeof Settings>;
const NAMES = Object.keys(Settings.shape);

/** `--drain-limit-ms` as an environment variable: `TROUPE_NODE_DRAIN_LIMIT_MS`. */
const variable = (name: string): string => `TROUPE_NODE_${name.toUpperCase().replaceAll("-", "_")}`;

/** Reads flags and environment. Throws `invalid_config` with every problem at once; seeds are never shown. */
export function loadNodeConfig(args: readonly string[], env: Readonly<Record<string, string | undefined>>): NodeConfig {
  const options = Object.fromEntries(NAMES.map((name) => [name, { type: "string" as const }]));
  const flags = readFlags(args, options);
  const given = Object.fromEntries(NAMES.map((name) => [name, flags[name] ?? env[variable(name)]]));
  const parsed = Settings.safeParse(given);
  if (!parsed.success) throw new TroupeError("invalid_config", `node settings: ${z.prettifyError(parsed.error)}`);
  return configOf(parsed.data, env);
}

function readFlags(args: readonly string[], options: Record<string, { type: "string" }>) {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (cause) {
    throw new TroupeError("invalid_config", cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function configOf(settings: Settings, env: Readonly<Record<string, string | undefined>>): NodeConfig {
  const tls = tlsOfEnvironment(env);
  const { system, name, nats, labels, capabilities, slots, loader, isolation } = settings;
  const drainLimitMs = settings["drain-limit-ms"];
  const heartbeatMs = settings["heartbeat-ms"];
  const hostSilenceMs = settings["host-silence-ms"];
  const memoryMb = settings["memory-mb"];
  return {
    system,
    name,
    nodeLink: { ...userLink("node", nats, settings["node-seed"]), ...(tls && { tls }) },
    hostLink: { ...userLink("host", nats, settings["host-seed"]), ...(tls && { tls }) },
    ...(settings["role-keys"] === undefined ? {} : { roleKeys: { folder: settings["role-keys"] } }),
    ...(labels && { labels }),
    ...(capabilities && { capabilities }),
    ...(slots === undefined ? {} : { slots }),
    ...(memoryMb === undefined ? {} : { memoryLimitBytes: memoryMb * 1024 * 1024 }),
    ...(loader === undefined ? {} : { loader }),
    bundles: { folder: bundlesFolderOf(env), packagesFrom: [import.meta.url] },
    ...(isolation && { isolation }),
    ...(drainLimitMs === undefined ? {} : { drainLimitMs }),
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
    ...(hostSilenceMs === undefined ? {} : { hostSilenceMs }),
    logLevel: settings["log-level"],
  };
}

/** Where processes of this user keep deployed code. */
export const bundlesFolderOf = (env: Readonly<Record<string, string | undefined>>): string =>
  join(cacheFolder(env), "bundles");

/** What hosts get of this process's environment: everything but what only the node needs, and agents' code must not read. */
export function hostEnvironment(environment: NodeJS.ProcessEnv = processEnv): NodeJS.ProcessEnv {
  const own: readonly string[] = COLLECTOR_SECRETS;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !own.includes(name)));
}

/** How a user reaches NATS. Without a seed the server is taken to have no accounts: the anonymous user, who sees plain names. */
export function userLink(user: UserName, servers: LinkSettings["servers"], seed: string | undefined): LinkSettings {
  if (seed === undefined) return { servers };
  const { apiPrefix, inboxPrefix } = PLACE_OF_USER[user];
  return { servers, seed, apiPrefix, inboxPrefix };
}
