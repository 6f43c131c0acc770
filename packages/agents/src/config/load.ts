import { readFileSync } from "node:fs";
import { env as processEnv } from "node:process";
import { messageOf, TroupeError } from "@troupe/runtime";
import { z } from "zod";
import { BUILT_IN_PRICES, type PriceTable, parsePriceTable } from "../models/prices.ts";

/** What a node's environment says of models. The only place in this package that reads the environment. */
export interface ModelSettings {
  /** `offline`: every alias is answered by the offline model, whatever the system file says. */
  readonly mode: "offline" | "live";
  /** Base URL of the offline model, up to and with `/v1`. */
  readonly offlineUrl: string | undefined;
  /** Endpoint of aliases that name none. */
  readonly endpoint: string;
  /** Model of the built-in aliases; `undefined` = their own. */
  readonly model: string | undefined;
  readonly prices: PriceTable;
  /** The secret in an environment variable, or `undefined` when it is not set. */
  secret(name: string): string | undefined;
  /** The secret in a file, without the line's end. Throws `model_refused` with the path when it cannot be read, or is empty. */
  secretFile(path: string): string;
}

const OPENAI = "https://api.openai.com/v1";
const url = z.url({ protocol: /^https?$/ });

const Environment = z.object({
  TROUPE_MODEL_MODE: z.enum(["offline", "live"]).default("offline"),
  TROUPE_OFFLINE_URL: url.optional(),
  OPENAI_BASE_URL: url.default(OPENAI),
  TROUPE_MODEL: z.string().min(1).optional(),
  TROUPE_PRICES: z.string().min(1).optional(),
});

/**
 * Reads `TROUPE_MODEL_MODE` (default `offline`), `TROUPE_OFFLINE_URL`, `OPENAI_BASE_URL`, `TROUPE_MODEL` and the file that
 * `TROUPE_PRICES` names. An empty variable counts as not set. Throws `invalid_config` with the name of every wrong variable.
 */
export function loadModelSettings(
  environment: Readonly<Record<string, string | undefined>> = processEnv,
): ModelSettings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new TroupeError("invalid_config", `environment: ${wrong.join("; ")}`);
  }
  return {
    mode: parsed.data.TROUPE_MODEL_MODE,
    offlineUrl: parsed.data.TROUPE_OFFLINE_URL,
    endpoint: parsed.data.OPENAI_BASE_URL,
    model: parsed.data.TROUPE_MODEL,
    prices: pricesOf(parsed.data.TROUPE_PRICES),
    secret: (name) => given[name],
    secretFile,
  };
}

/** Whether prompts, answers, arguments and results go into spans: `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`, off by default. */
export const capturesContent = (environment: Readonly<Record<string, string | undefined>> = processEnv): boolean =>
  environment["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"]?.toLowerCase() === "true";

/** A variable that a system file names, or `undefined` when it is not set or empty. */
export const loadVariable = (name: string): string | undefined => processEnv[name] || undefined;

function secretFile(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new TroupeError("model_refused", `the key file ${path} cannot be read on this node: ${messageOf(error)}`);
  }
  if (text !== "") return text;
  throw new TroupeError("model_refused", `the key file ${path} is empty`);
}

function pricesOf(file: string | undefined): PriceTable {
  if (file === undefined) return BUILT_IN_PRICES;
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new TroupeError("invalid_config", `environment: TROUPE_PRICES: ${messageOf(error)}`);
  }
  return parsePriceTable(text, file);
}
