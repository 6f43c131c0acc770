import { type DestinationStream, type Logger, type LoggerOptions, pino } from "pino";

import { maskSecrets } from "./mask.ts";

export type { Logger };

/** Levels that a user may ask for. */
export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Keys whose values never reach a log, at the top and one level down (pino's `*.x` does not match the top). */
const SECRET_KEYS = ["apiKey", "api_key", "password", "token", "secret", "seed", "authorization", "creds"];
const REDACTED_PATHS = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `headers.${key}`]);

export interface LoggerSettings {
  /** The part of the system that speaks: `supervisor`, `node/web-1`. */
  readonly name: string;
  readonly level: LogLevel;
  /** Where the lines go; one JSON object a line. Default: standard error. */
  readonly destination?: DestinationStream | undefined;
}

/** Creates the logger of a process: one JSON record a line, values under the names of secrets, and what looks like one, redacted. */
export function createLogger({ name, level, destination }: LoggerSettings): Logger {
  const options: LoggerOptions = {
    name,
    level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: REDACTED_PATHS, censor: "[REDACTED]" },
  };
  // Synchronous on purpose: the last lines before a crash are the ones that matter.
  const lines = destination ?? pino.destination({ fd: 2, sync: true });
  // The whole line, so that no field and no child logger is a way around it.
  return pino(options, { write: (line) => lines.write(maskSecrets(line)) });
}
