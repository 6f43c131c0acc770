import { type DestinationStream, type Logger, type LoggerOptions, pino } from "pino";

import type { LogLevel } from "./log-levels.ts";
import { maskSecrets } from "./mask.ts";

export type { Logger };

/** Keys whose values never reach a log, at the top and one level down (pino's `*.x` does not match the top). */
const SECRET_KEYS = ["apiKey", "api_key", "password", "token", "secret", "seed", "authorization", "creds"];
const REDACTED_PATHS = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `headers.${key}`]);

export interface LoggerSettings {
  /** The part of the system that speaks: `supervisor`, `node/web-1`. */
  readonly name: string;
  readonly level: LogLevel;
  /** Levels of parts of their own: of this process by the first word of its name, of children by their field `part`. Default none. */
  readonly parts?: ReadonlyMap<string, LogLevel> | undefined;
  /** Where the lines go; one JSON object a line. Default: standard error. */
  readonly destination?: DestinationStream | undefined;
}

const NO_PARTS: ReadonlyMap<string, LogLevel> = new Map();

function setLevel(child: Logger, parts: ReadonlyMap<string, LogLevel>): void {
  const level = parts.get(String(child.bindings()["part"]));
  if (level !== undefined) child.level = level;
}

/** Creates the logger of a process: one JSON record a line, values under the names of secrets, and what looks like one, redacted. */
export function createLogger({ name, level, parts = NO_PARTS, destination }: LoggerSettings): Logger {
  const options: LoggerOptions = {
    name,
    level: parts.get(name.split("/", 1)[0] ?? "") ?? level,
    base: { name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    ...(parts.size > 0 && { onChild: (child: Logger) => setLevel(child, parts) }),
    redact: { paths: REDACTED_PATHS, censor: "[REDACTED]" },
  };
  // Synchronous on purpose: the last lines before a crash are the ones that matter.
  const lines = destination ?? pino.destination({ fd: 2, sync: true });
  // The whole line, so that no field and no child logger is a way around it.
  return pino(options, { write: (line) => lines.write(maskSecrets(line)) });
}
