/** Who may call over HTTP and how often, from the environment; the same variables for every way to start a gateway. */
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { invalidConfig, messageOf, problemsOf, TroupeError } from "@troupe/runtime/internal";
import { z } from "zod";
import type { AuthSettings } from "../auth/auth-settings.ts";
import { ASYMMETRIC_ALGORITHMS } from "../auth/jwt-algorithms.ts";
import { CLAIM_NAMES } from "../auth/jwt-claims.ts";
import type { JwtKeySource } from "../auth/jwt-keys.ts";
import type { JwtSettings } from "../auth/jwt-verifier.ts";
import type { RequestLimits } from "../limits/request-limits.ts";

const count = z.coerce.number().pipe(z.int().min(1).max(1_000_000_000));

const isNetwork = (text: string): boolean => isIP(text.split("/", 1)[0] ?? "") > 0;

const Environment = z.object({
  /** `off`: nobody signs in. `optional`: who does not may talk to agents. `required`: everybody. */
  TROUPE_AUTH: z.enum(["off", "optional", "required"]).default("off"),
  TROUPE_JWT_ISSUER: z.string().min(1).optional(),
  TROUPE_JWT_AUDIENCE: z.string().min(1).optional(),
  TROUPE_JWT_SECRET_FILE: z.string().optional(),
  TROUPE_JWT_PUBLIC_KEY_FILE: z.string().optional(),
  TROUPE_JWT_ALGORITHM: z.enum(ASYMMETRIC_ALGORITHMS).default("RS256"),
  TROUPE_JWKS_URL: z.string().optional(),
  TROUPE_JWT_TENANT_CLAIM: z.string().min(1).default(CLAIM_NAMES.tenant),
  TROUPE_JWT_ROLES_CLAIM: z.string().min(1).default(CLAIM_NAMES.roles),
  TROUPE_LIMIT_USER: count.optional(),
  TROUPE_LIMIT_TENANT: count.optional(),
  TROUPE_LIMIT_ANONYMOUS: count.optional(),
  TROUPE_LIMIT_OPEN: count.optional(),
  /** Addresses or networks, with commas. */
  TROUPE_TRUSTED_PROXIES: z
    .string()
    .transform((text) => text.split(",").map((one) => one.trim()))
    .refine((proxies) => proxies.every(isNetwork), "must be IP addresses or networks, with commas")
    .optional(),
  /** Host names, with commas, to which push notifications may go although their addresses are private. */
  TROUPE_PUSH_PRIVATE_HOSTS: z
    .string()
    .transform((text) => text.split(",").map((one) => one.trim().toLowerCase()))
    .optional(),
});
type Environment = z.infer<typeof Environment>;

/** What {@link loadGuardSettings} finds. */
export interface GuardEnvironment {
  readonly auth: AuthSettings | undefined;
  readonly limits: Partial<RequestLimits> | undefined;
  readonly trustedProxies: readonly string[] | undefined;
  readonly pushPrivateHosts: readonly string[] | undefined;
}

/** Throws `invalid_config` with every problem. */
export async function loadGuardSettings(env: Readonly<Record<string, string | undefined>>): Promise<GuardEnvironment> {
  const parsed = Environment.safeParse(env);
  if (!parsed.success) throw invalidConfig("environment of the gateway", problemsOf(parsed.error, env));
  const settings = parsed.data;
  return {
    auth: await authSettings(settings),
    limits: limitSettings(settings),
    trustedProxies: settings.TROUPE_TRUSTED_PROXIES,
    pushPrivateHosts: settings.TROUPE_PUSH_PRIVATE_HOSTS,
  };
}

async function authSettings(settings: Environment): Promise<AuthSettings | undefined> {
  const jwt = await jwtSettings(settings);
  if (settings.TROUPE_AUTH !== "off") return { letsAnonymousIn: settings.TROUPE_AUTH === "optional", jwt };
  if (!jwt) return undefined;
  throw new TroupeError(
    "invalid_config",
    "TROUPE_AUTH is off, but there are settings for JWTs: say required or optional",
  );
}

async function jwtSettings(settings: Environment): Promise<JwtSettings | undefined> {
  const keys = await keySource(settings);
  const { TROUPE_JWT_ISSUER: issuer, TROUPE_JWT_AUDIENCE: audience } = settings;
  if (!keys && issuer === undefined && audience === undefined) return undefined;
  if (keys && issuer !== undefined && audience !== undefined) {
    const claims = { tenant: settings.TROUPE_JWT_TENANT_CLAIM, roles: settings.TROUPE_JWT_ROLES_CLAIM };
    return { keys, issuer, audience, claims };
  }
  throw new TroupeError(
    "invalid_config",
    "JWTs need TROUPE_JWT_ISSUER, TROUPE_JWT_AUDIENCE, and one of TROUPE_JWT_SECRET_FILE, TROUPE_JWT_PUBLIC_KEY_FILE, TROUPE_JWKS_URL",
  );
}

async function keySource(settings: Environment): Promise<JwtKeySource | undefined> {
  const { TROUPE_JWT_SECRET_FILE: secret, TROUPE_JWT_PUBLIC_KEY_FILE: pem, TROUPE_JWKS_URL: url } = settings;
  if ([secret, pem, url].filter((one) => one !== undefined).length > 1) {
    throw new TroupeError(
      "invalid_config",
      "name one source of keys for JWTs: a secret, a public key, or a JWKS address",
    );
  }
  if (secret !== undefined) return { kind: "secret", secret: await fileText("TROUPE_JWT_SECRET_FILE", secret) };
  if (url !== undefined) return { kind: "jwks", url };
  if (pem === undefined) return undefined;
  const text = await fileText("TROUPE_JWT_PUBLIC_KEY_FILE", pem);
  return { kind: "public_key", pem: text, algorithm: settings.TROUPE_JWT_ALGORITHM };
}

function limitSettings(settings: Environment): Partial<RequestLimits> | undefined {
  const given = {
    userPerMinute: settings.TROUPE_LIMIT_USER,
    tenantPerMinute: settings.TROUPE_LIMIT_TENANT,
    anonymousPerMinute: settings.TROUPE_LIMIT_ANONYMOUS,
    openRequests: settings.TROUPE_LIMIT_OPEN,
  };
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return set.length === 0 ? undefined : Object.fromEntries(set);
}

async function fileText(variable: string, file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (cause) {
    throw new TroupeError("invalid_config", `${variable} cannot be read: ${messageOf(cause)}`, { cause });
  }
}
