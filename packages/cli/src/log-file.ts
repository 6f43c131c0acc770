import { messageOf, TroupeError } from "@troupe/runtime";
import {
  createLogger,
  LOG_LEVELS,
  type Logger,
  type LogLevel,
  parseLogLevels,
  RotatingFile,
} from "@troupe/runtime/internal";
import type { Scope } from "./cli.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** The level of that name; `info` for anything else. */
const logLevelOf = (text: string | undefined): LogLevel => LOG_LEVELS.find((level) => level === text) ?? "info";

/** What the environment says: `TROUPE_LOG`, and `TROUPE_LOG_LEVEL` for what that leaves open. Throws `invalid_config`. */
const levelsOf = (variables: Variables) =>
  parseLogLevels(variables["TROUPE_LOG"], logLevelOf(variables["TROUPE_LOG_LEVEL"]));

/** A logger that appends to a file, five of 10 MiB, each line at once: the last ones before a crash are the ones that matter. */
export const fileLogger = (name: string, path: string, variables: Variables): Logger =>
  createLogger({ name, ...levelsOf(variables), destination: openLogFile(path) });

/** Of the flag `--log-file`. */
export const LOG_FILE =
  "append the log to this file, rotated: five of 10 MiB; default: TROUPE_LOG_FILE, else standard error";

/** The log of a process that `troupe` runs. */
export interface ProcessLog {
  readonly logger: Logger;
  /** The file that it goes to; `undefined` = standard error. */
  readonly file: RotatingFile | undefined;
}

/** Opens the log of a process: in a file where one is asked for, by flag or by `TROUPE_LOG_FILE`. Throws `invalid_config`. */
export function openProcessLog(
  { environment }: Pick<Scope, "environment">,
  name: string,
  asked: string | undefined,
): ProcessLog {
  const path = asked ?? environment.variables["TROUPE_LOG_FILE"];
  const file = path === undefined || path === "" ? undefined : openLogFile(path);
  return { logger: createLogger({ name, ...levelsOf(environment.variables), destination: file }), file };
}

/** Problems of the file are told on standard error: there is no other place left. */
export function openLogFile(path: string): RotatingFile {
  try {
    return new RotatingFile(path, { onProblem: (reason) => process.stderr.write(`troupe: ${reason}\n`) });
  } catch (cause) {
    throw new TroupeError("invalid_config", `log file ${path}: ${messageOf(cause)}`, { cause });
  }
}
