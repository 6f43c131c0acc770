import { TroupeError } from "../errors.ts";

/** Levels that a user may ask for. */
export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Parts with a level of their own. The first five are processes; `hop` is what executes messages, handlers, models and tools with it,
 * `http` the edge, `nats` connections.
 */
export const LOG_PARTS = ["gateway", "supervisor", "node", "host", "start", "hop", "http", "nats"] as const;
export type LogPart = (typeof LOG_PARTS)[number];

export interface LogLevels {
  /** Of everything that has none of its own. */
  readonly level: LogLevel;
  readonly parts: ReadonlyMap<string, LogLevel>;
}

/** Reads `info`, or `info,hop=debug,nats=error`; what is not said is `fallback`. Throws `invalid_config` with what there is. */
export function parseLogLevels(text: string | undefined, fallback: LogLevel): LogLevels {
  let level = fallback;
  const parts = new Map<string, LogLevel>();
  for (const word of (text ?? "").split(",").map((one) => one.trim())) {
    if (word === "") continue;
    const [first = "", second] = word.split("=", 2);
    if (second === undefined) level = requireLevel(first);
    else parts.set(requirePart(first), requireLevel(second));
  }
  return { level, parts };
}

function requireLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level !== undefined) return level;
  throw new TroupeError(
    "invalid_config",
    `TROUPE_LOG: ${JSON.stringify(text)} is no level; levels are ${LOG_LEVELS.join(", ")}`,
  );
}

function requirePart(text: string): LogPart {
  const part = LOG_PARTS.find((known) => known === text);
  if (part !== undefined) return part;
  throw new TroupeError(
    "invalid_config",
    `TROUPE_LOG: ${JSON.stringify(text)} is no part; parts are ${LOG_PARTS.join(", ")}`,
  );
}
