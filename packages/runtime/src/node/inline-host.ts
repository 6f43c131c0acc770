import type { Clock } from "../clock.ts";
import { HostRunner } from "../host/host-runner.ts";
import type { Random } from "../random.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { HostExit, HostProcess, StartHost } from "./host-process.ts";

/** What hosts in the node's process need of it. */
export interface InlineHostOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly memoryBytes: () => number;
}

/** Runs hosts inside the node's process (`isolation: "none"`): for tests and debugging, a crash takes the node along. */
export function inlineHosts({ clock, random, logger, memoryBytes }: InlineHostOptions): StartHost {
  return (onEvent) => {
    const { promise: exited, resolve } = Promise.withResolvers<HostExit>();
    const runner = new HostRunner({
      clock,
      random,
      memoryBytes,
      loggerFor: ({ deployment }) => logger.child({ version: deployment.version }),
      // Not within the host's own call, as it would not be across processes.
      tell: (event) => setImmediate(onEvent, event),
      exit: (code) => setImmediate(resolve, { code, signal: undefined }),
    });
    return {
      pid: undefined,
      send: (command) => runner.take(command),
      kill: () => runner.take({ type: "exit" }),
      exited,
    } satisfies HostProcess;
  };
}
