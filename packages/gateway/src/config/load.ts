import { readFile } from "node:fs/promises";
import {
  invalidConfig,
  LOG_LEVELS,
  messageOf,
  PLACE_OF_USER,
  problemsOf,
  requireSystemName,
  TroupeError,
  tlsOfEnvironment,
} from "@troupe/runtime/internal";
import { z } from "zod";
import type { GatewayOptions } from "../gateway-options.ts";
import { loadGuardSettings } from "./load-guard.ts";
import { loadRequiredParts } from "./load-health.ts";

const Environment = z.object({
  TROUPE_NATS_URL: z.string().default("nats://127.0.0.1:4222"),
  TROUPE_SYSTEM: z.string().default("troupe"),
  /** File with the nkey seed of the `gateway` user. */
  TROUPE_SEED_FILE: z.string().optional(),
  TROUPE_HTTP_HOST: z.string().default("127.0.0.1"),
  TROUPE_HTTP_PORT: z.coerce.number().pipe(z.int().min(0).max(65_535)).default(8080),
  TROUPE_SHARDS: z.coerce.number().pipe(z.int().min(1).max(999)).default(1),
  TROUPE_LOG_LEVEL: z.enum(LOG_LEVELS).default("info"),
});

export type GatewaySettings = Omit<GatewayOptions, "logger"> & { readonly logLevel: (typeof LOG_LEVELS)[number] };

/** Settings of a gateway process from its environment. Throws `invalid_config` with every problem. */
export async function loadSettings(env: Readonly<Record<string, string | undefined>>): Promise<GatewaySettings> {
  const parsed = Environment.safeParse(env);
  if (!parsed.success) throw invalidConfig("environment of the gateway", problemsOf(parsed.error, env));
  const settings = parsed.data;
  const signIn = settings.TROUPE_SEED_FILE === undefined ? {} : await readSignIn(settings.TROUPE_SEED_FILE);
  return {
    ...(await loadGuardSettings(env)),
    requiredParts: loadRequiredParts(env),
    system: requireSystemName(settings.TROUPE_SYSTEM),
    servers: settings.TROUPE_NATS_URL.split(","),
    tls: tlsOfEnvironment(env),
    ...signIn,
    host: settings.TROUPE_HTTP_HOST,
    port: settings.TROUPE_HTTP_PORT,
    shards: settings.TROUPE_SHARDS,
    logLevel: settings.TROUPE_LOG_LEVEL,
  };
}

async function readSignIn(file: string) {
  const { apiPrefix, inboxPrefix } = PLACE_OF_USER.gateway;
  try {
    return { seed: (await readFile(file, "utf8")).trim(), apiPrefix, inboxPrefix };
  } catch (error) {
    throw new TroupeError("invalid_config", `TROUPE_SEED_FILE cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
