/** Settings of a supervisor process, from its flags and, where a flag is missing, from its environment. Nothing else of it reads either. */
import { parseArgs } from "node:util";
import {
  LOG_LEVELS,
  type LogLevel,
  messageOf,
  PLACE_OF_USER,
  TroupeError,
  tlsOfEnvironment,
} from "@troupe/runtime/internal";
import { z } from "zod";
import type { SupervisorOptions } from "../supervisor-options.ts";

/** Everything about a supervisor process that is not code. */
export type SupervisorConfig = Omit<SupervisorOptions, "logger" | "clock" | "random"> & { readonly logLevel: LogLevel };

const whole = z.coerce.number().int().min(1);
const words = z.string().transform((text) => text.split(",").filter((word) => word !== ""));
const Settings = z.object({
  system: z.string().default("troupe"),
  id: z.string().min(1).max(64).optional(),
  nats: z.string().default("nats://127.0.0.1:4222"),
  seed: z.string().optional(),
  shards: whole.optional(),
  replicas: whole.optional(),
  "audit-key": z.string().min(1).optional(),
  "alert-webhooks": words.optional(),
  "alert-private-hosts": words.optional(),
  "log-level": z.enum(LOG_LEVELS).default("info"),
  "disconnect-events": z.enum(["on", "off"]).default("on"),
});
const NAMES = Object.keys(Settings.shape);

/** `--log-level` as an environment variable: `TROUPE_SUPERVISOR_LOG_LEVEL`. */
const variable = (name: string): string => `TROUPE_SUPERVISOR_${name.toUpperCase().replaceAll("-", "_")}`;

/** Reads flags and environment. Throws `invalid_config` with every problem at once; the seed is never shown. */
export function loadSupervisorConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): SupervisorConfig {
  const flags = readFlags(args);
  const given = Object.fromEntries(NAMES.map((name) => [name, flags[name] ?? env[variable(name)]]));
  const parsed = Settings.safeParse(given);
  if (!parsed.success) throw new TroupeError("invalid_config", `supervisor settings: ${z.prettifyError(parsed.error)}`);
  const { system, id, nats: servers, seed, shards, replicas, "log-level": logLevel } = parsed.data;
  const settings = { heedsDisconnects: parsed.data["disconnect-events"] === "on" };
  const { apiPrefix, inboxPrefix } = PLACE_OF_USER.supervisor;
  const tls = tlsOfEnvironment(env);
  return {
    system,
    link: { servers, ...(tls && { tls }), ...(seed === undefined ? {} : { seed, apiPrefix, inboxPrefix }) },
    ...(id === undefined ? {} : { id }),
    ...(shards === undefined ? {} : { shards }),
    ...(replicas === undefined ? {} : { replicas }),
    auditKeyFile: parsed.data["audit-key"],
    alertWebhooks: (parsed.data["alert-webhooks"] ?? []).map((url) => ({
      url,
      privateHosts: parsed.data["alert-private-hosts"] ?? [],
    })),
    settings,
    logLevel,
  };
}

function readFlags(args: readonly string[]): Readonly<Record<string, string | undefined>> {
  const options = Object.fromEntries(NAMES.map((name) => [name, { type: "string" as const }]));
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (cause) {
    throw new TroupeError("invalid_config", messageOf(cause), { cause });
  }
}
