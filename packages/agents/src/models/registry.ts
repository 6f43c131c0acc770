import { type ModelPrice, type ModelSpec, TroupeError } from "@troupe/runtime";
import type { ModelSettings } from "../config/load.ts";
import { priceOf } from "./prices.ts";

/** An alias with everything that a call needs. */
export interface ResolvedModel {
  readonly alias: string;
  readonly model: string;
  readonly baseUrl: string;
  /**
   * The key as it is now, read anew for each try, so that one that was replaced is used by the next. Never log it, never put it into an
   * error. Throws `model_refused` when it is not there.
   */
  readonly apiKey: () => string;
  /** `undefined` = not known: it counts as free, with a warning. */
  readonly price: ModelPrice | undefined;
  readonly windowTokens: number | undefined;
  /** Limits that the alias sets itself. */
  readonly limits?: ModelSpec["limits"];
  /** Absent = chat completions. */
  readonly api?: ModelSpec["api"];
}

/** Aliases that need no declaration; `TROUPE_MODEL` replaces the model of all of them. */
export const BUILT_IN_MODELS: Readonly<Record<string, ModelSpec>> = {
  fast: { model: "gpt-4.1-mini", windowTokens: 1_000_000 },
  standard: { model: "gpt-4.1", windowTokens: 1_000_000 },
  advanced: { model: "gpt-5", windowTokens: 272_000 },
  auto: { model: "gpt-4.1", windowTokens: 1_000_000, tiers: { simple: "fast", advanced: "advanced" } },
};

/** Who is paid for an alias, and how much. */
export interface Provider {
  /** One key at one endpoint: `api.openai.com OPENAI_API_KEY`. The key's name, never the key. */
  readonly provider: string;
  /** The endpoint's name of the model. */
  readonly model: string;
  readonly price: ModelPrice | undefined;
  readonly isOffline: boolean;
}

/** Who is paid for an alias on this node. Throws `invalid_config` for an unknown alias. */
export function providerOf(
  alias: string,
  declared: Readonly<Record<string, ModelSpec>> | undefined,
  settings: ModelSettings,
): Provider {
  const spec = requireSpec(alias, declared);
  if (settings.mode === "offline")
    return { provider: "offline", model: `offline-${alias}`, price: FREE, isOffline: true };
  const { model, baseUrl, price } = placeOf(alias, spec, declared, settings);
  return { provider: `${new URL(baseUrl).host} ${keyName(spec)}`, model, price, isOffline: false };
}

const FREE: ModelPrice = { inputUsd: 0, outputUsd: 0 };
const DEFAULT_KEY = "OPENAI_API_KEY";

/** Names of all aliases that a system may use. */
export function knownAliases(declared: Readonly<Record<string, ModelSpec>> | undefined): readonly string[] {
  return [...new Set([...Object.keys(declared ?? {}), ...Object.keys(BUILT_IN_MODELS)])];
}

/** What an alias is declared as: by the system, else built in; `undefined` when nobody knows it. */
export function specOf(
  alias: string,
  declared: Readonly<Record<string, ModelSpec>> | undefined,
): ModelSpec | undefined {
  if (declared !== undefined && Object.hasOwn(declared, alias)) return declared[alias];
  return Object.hasOwn(BUILT_IN_MODELS, alias) ? BUILT_IN_MODELS[alias] : undefined;
}

/**
 * What an alias means on this node. Throws `invalid_config` for an unknown alias or an offline mode without its URL.
 */
export function resolveModel(
  alias: string,
  declared: Readonly<Record<string, ModelSpec>> | undefined,
  settings: ModelSettings,
): ResolvedModel {
  const spec = requireSpec(alias, declared);
  if (settings.mode === "offline") return offlineModel(alias, spec, settings);
  const place = placeOf(alias, spec, declared, settings);
  return { alias, ...place, apiKey: () => keyOf(alias, spec, settings), limits: spec.limits, api: spec.api };
}

function requireSpec(alias: string, declared: Readonly<Record<string, ModelSpec>> | undefined): ModelSpec {
  const spec = specOf(alias, declared);
  if (spec !== undefined) return spec;
  const known = knownAliases(declared).join(", ");
  throw new TroupeError("invalid_config", `no model has the alias ${JSON.stringify(alias)}; known are ${known}`);
}

/** Where a live alias is, and what it costs there. */
function placeOf(
  alias: string,
  spec: ModelSpec,
  declared: Readonly<Record<string, ModelSpec>> | undefined,
  settings: ModelSettings,
) {
  const isBuiltIn = declared === undefined || !Object.hasOwn(declared, alias);
  const model = isBuiltIn ? (settings.model ?? spec.model) : spec.model;
  return {
    model,
    baseUrl: spec.endpoint ?? settings.endpoint,
    price: spec.price ?? priceOf(model, settings.prices),
    windowTokens: isBuiltIn && settings.model !== undefined ? undefined : spec.windowTokens,
  };
}

function offlineModel(alias: string, spec: ModelSpec, settings: ModelSettings): ResolvedModel {
  if (settings.offlineUrl === undefined) {
    const remedy = "set TROUPE_OFFLINE_URL, or TROUPE_MODEL_MODE=live with a configured endpoint";
    throw new TroupeError("invalid_config", `the offline model has no address on this node: ${remedy}`);
  }
  return {
    alias,
    model: `offline-${alias}`,
    baseUrl: settings.offlineUrl,
    apiKey: () => "offline",
    price: FREE,
    windowTokens: spec.windowTokens,
    limits: spec.limits,
    api: spec.api,
  };
}

/** The variable or the file that the key is in. */
const keyName = ({ key }: ModelSpec): string => (key === undefined ? DEFAULT_KEY : "file" in key ? key.file : key.env);

/** OpenAI's own endpoint needs a key, and so does whatever names one; a local server that names none does not. */
function keyOf(alias: string, spec: ModelSpec, settings: ModelSettings): string {
  if (spec.key !== undefined && "file" in spec.key) return settings.secretFile(spec.key.file);
  const name = keyName(spec);
  const key = settings.secret(name);
  if (key !== undefined) return key;
  const host = new URL(spec.endpoint ?? settings.endpoint).hostname;
  if (spec.key === undefined && host !== "api.openai.com") return "none";
  throw new TroupeError("model_refused", `model ${alias}: the environment variable ${name} is not set on this node`, {
    details: { alias, variable: name },
  });
}
