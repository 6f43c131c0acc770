import { type ChildProcess, fork } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { HostEvent } from "../host/ipc.ts";
import type { Logger } from "../telemetry/logger.ts";
import { hostEnvironment } from "./config/load.ts";
import type { HostExit, HostProcess, StartHost } from "./host-process.ts";

// The entry has the extension that this file has: `.ts` from the sources, `.js` when built.
const ENTRY = fileURLToPath(new URL(`../host/main${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url));

/**
 * Starts hosts as child processes. What authors print goes to standard error, or to `output` line by line: standard output belongs to the
 * command that runs the node.
 */
export function childHosts(logger: Logger, output?: (line: string) => void): StartHost {
  return (onEvent) => {
    const env = hostEnvironment();
    const to = output === undefined ? 2 : "pipe";
    const child = fork(ENTRY, [], { env, serialization: "advanced", stdio: ["ignore", to, to, "ipc"] });
    for (const input of [child.stdout, child.stderr])
      if (input && output) createInterface({ input }).on("line", (line) => output(`${line}\n`));
    const exited = exitOf(child, logger);
    child.on("message", (raw) => {
      const event = HostEvent.safeParse(raw);
      if (event.success) onEvent(event.data);
      else
        logger.error(
          { host: child.pid, problem: z.prettifyError(event.error) },
          "host said something that does not parse",
        );
    });
    return {
      pid: child.pid,
      send(command) {
        if (!child.connected) return;
        child.send(command, (error) => {
          if (error)
            logger.debug(
              { host: child.pid, command: command.type, reason: error.message },
              "host did not take a command",
            );
        });
      },
      kill: () => void child.kill("SIGKILL"),
      exited,
    } satisfies HostProcess;
  };
}

/** Resolves when the process is gone and all that it said has been heard: its exit alone may come first. */
async function exitOf(child: ChildProcess, logger: Logger): Promise<HostExit> {
  const { promise: heard, resolve: hearNoMore } = Promise.withResolvers<void>();
  const { promise: gone, resolve: go } = Promise.withResolvers<HostExit>();
  child.once("disconnect", hearNoMore);
  child.once("exit", (code, signal) => go({ code: code ?? undefined, signal: signal ?? undefined }));
  child.once("error", (error) => {
    logger.error({ reason: error.message }, "host process failed");
    // It was never there.
    if (child.pid === undefined) go({ code: undefined, signal: undefined });
  });
  const exit = await gone;
  if (child.connected) await heard;
  return exit;
}
