import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { openLogFile } from "../log-file.ts";

/** How one node process is started. */
export interface ChildNodeOptions {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** File that its log is appended to. */
  readonly logFile: string;
  /** Called when it ended without being told to. */
  onUnexpectedExit(name: string, code: number | null, signal: NodeJS.Signals | null): void;
}

/** A node that lives no longer than this process: it ends by itself when the channel to its parent closes, also after kill -9. */
export interface ChildNode {
  readonly name: string;
  readonly pid: number | undefined;
  /** Drains it; after the limit it is killed. Resolves when it is gone. */
  stop(limitMs: number): Promise<void>;
}

/** Starts `troupe node …` as a child process with a channel. */
export function startChildNode(options: ChildNodeOptions): ChildNode {
  const main = fileURLToPath(import.meta.resolve("@troupe/cli/main"));
  const child = fork(main, ["node", "--name", options.name, ...options.args], {
    env: options.env,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // A process group of its own: the terminal's Ctrl-C goes to this process alone, which then stops its children in order.
    detached: true,
  });
  const log = openLogFile(options.logFile);
  for (const output of [child.stdout, child.stderr])
    output?.setEncoding("utf8").on("data", (text: string) => log.write(text));
  let isWanted = true;
  const gone = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("close", () => log.close());
    child.once("exit", (code, signal) => {
      if (isWanted) options.onUnexpectedExit(options.name, code, signal);
      resolve();
    });
  });
  return {
    name: options.name,
    pid: child.pid,
    stop: async (limitMs) => {
      isWanted = false;
      await stopWithin(child, gone, limitMs);
    },
  };
}

async function stopWithin(child: ChildProcess, gone: Promise<void>, limitMs: number): Promise<void> {
  child.kill("SIGTERM");
  const limit = setTimeout(() => child.kill("SIGKILL"), limitMs);
  await gone;
  clearTimeout(limit);
}
