/** Entry of a host's process; started by its node only, which speaks to it over the channel of the child process. */
import { z } from "zod";
import { systemClock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import { systemRandom } from "../random.ts";
import { actorMetrics } from "../telemetry/actor-metrics.ts";
import { LOG_LEVELS, parseLogLevels } from "../telemetry/log-levels.ts";
import { createLogger, type Logger } from "../telemetry/logger.ts";
import { failpointsOf, victimOf } from "./failpoints.ts";
import { HOST_EXIT, HostRunner } from "./host-runner.ts";
import { traceAsTold } from "./host-tracing.ts";
import { type Configure, HostCommand, type HostEvent } from "./ipc.ts";

let logger: Logger = createLogger({ name: "host", level: "info" });

function loggerFor({ node, deployment, logLevel }: Configure): Logger {
  const base = LOG_LEVELS.find((known) => known === logLevel) ?? "info";
  const { level, parts } = parseLogLevels(process.env["TROUPE_LOG"], base);
  logger = createLogger({ name: `host/${node}/${deployment.version}`, level, parts });
  return logger;
}

function tell(event: HostEvent): void {
  if (!process.connected) return;
  process.send?.(event, undefined, undefined, (error) => {
    // The channel is closing: `disconnect` follows and ends this process.
    if (error) logger.debug({ event: event.type, reason: error.message }, "node did not take an event");
  });
}

/** Leaves once the node has been told everything. */
function exit(code: number): void {
  process.exitCode = code;
  if (process.connected) process.disconnect?.();
  else process.exit();
}

const victim = victimOf(process.env["TROUPE_FAILPOINTS_KILL"], process.pid);

const runner = new HostRunner({
  clock: systemClock,
  random: systemRandom,
  loggerFor,
  memoryBytes: () => process.memoryUsage.rss(),
  failpointOf: failpointsOf(process.env["TROUPE_FAILPOINTS"], () => process.kill(victim, "SIGKILL")),
  trace: traceAsTold,
  figures: () => actorMetrics.figures(),
  tell,
  exit,
});

process.on("message", (raw) => {
  const command = HostCommand.safeParse(raw);
  if (command.success) runner.take(command.data);
  else logger.error({ problem: z.prettifyError(command.error) }, "command does not parse");
});

// Without its node a host is nobody's: what it holds is given to others, so it ends at once.
process.on("disconnect", () => process.exit());

// A Ctrl-C in a terminal reaches the whole process group; it is the node that drains and ends its hosts.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);

// Also when a handler calls `process.exit`: what it was working on is then given to another host at once.
process.on("exit", () => runner.lastWords());

function crash(kind: string, thrown: unknown): void {
  const stack = thrown instanceof Error ? thrown.stack : undefined;
  logger.fatal({ kind, reason: messageOf(thrown), stack }, "host crashed");
  process.exit(HOST_EXIT.crashed);
}
process.on("uncaughtException", (error) => crash("uncaught exception", error));
process.on("unhandledRejection", (reason) => crash("unhandled rejection", reason));
