import { openSync, writeSync } from "node:fs";
import { createLogger, LOG_LEVELS, type Logger, type LogLevel } from "@troupe/runtime/internal";

/** The level of that name; `info` for anything else. */
export const logLevelOf = (text: string | undefined): LogLevel => LOG_LEVELS.find((level) => level === text) ?? "info";

/** A logger that appends to a file, each line at once: the last ones before a crash are the ones that matter. */
export function fileLogger(name: string, path: string, level: string | undefined): Logger {
  const file = openSync(path, "a", 0o600);
  return createLogger({ name, level: logLevelOf(level), destination: { write: (line) => void writeSync(file, line) } });
}
