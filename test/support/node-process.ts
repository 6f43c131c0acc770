/** A node as a process of its own, with the process ids of its hosts as its log tells them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ENTRY = fileURLToPath(new URL("../../packages/runtime/src/node/main.ts", import.meta.url));

export interface NodeProcessSettings {
  readonly system: string;
  readonly name: string;
  readonly url: string;
  readonly nodeSeed?: string | undefined;
  readonly hostSeed?: string | undefined;
  /** Environment besides that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Further flags: `--drain-limit-ms`, `--labels`, … */
  readonly flags?: readonly string[];
}

export interface NodeProcess {
  readonly name: string;
  readonly pid: number;
  /** Process ids of its hosts, oldest first, dead ones included. */
  readonly hostPids: readonly number[];
  /** Everything that it and its hosts logged. */
  readonly log: readonly string[];
  /** Resolves when a line of the log matches; rejects when the node exits first or the time is up. */
  logged(pattern: RegExp, withinMs?: number): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Sends a signal to the node and its hosts at once. */
  killGroup(signal: NodeJS.Signals): void;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** Starts a node in a process group of its own. Resolves when it has joined. */
export async function startNodeProcess(settings: NodeProcessSettings): Promise<NodeProcess> {
  const { system, name, url, nodeSeed, hostSeed, flags = [], env } = settings;
  const seeds = { TROUPE_NODE_NODE_SEED: nodeSeed, TROUPE_NODE_HOST_SEED: hostSeed };
  const child = spawn(process.execPath, [ENTRY, "--system", system, "--name", name, "--nats", url, ...flags], {
    // The channel ends it when the test is killed: it has a process group of its own, and nobody else would.
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    detached: true,
    env: { ...process.env, ...env, ...seeds },
  });
  child.channel?.unref();
  const node = new WatchedNode(name, child);
  await node.logged(/node has joined/, 20_000);
  return node;
}

class WatchedNode implements NodeProcess {
  readonly name: string;
  readonly pid: number;
  readonly hostPids: number[] = [];
  readonly log: string[] = [];
  readonly exited: NodeProcess["exited"];
  readonly #watchers = new Set<(line: string) => void>();

  constructor(name: string, child: ChildProcess) {
    this.name = name;
    if (child.pid === undefined || !child.stderr) throw new Error(`node ${name} did not start`);
    this.pid = child.pid;
    this.exited = once(child, "exit").then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as string | null,
    }));
    createInterface({ input: child.stderr }).on("line", (line) => this.#take(line));
  }

  async logged(pattern: RegExp, withinMs = 15_000): Promise<string> {
    const earlier = this.log.find((line) => pattern.test(line));
    if (earlier !== undefined) return earlier;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const watcher = (line: string) => pattern.test(line) && resolve(line);
    const fail = (why: string) =>
      reject(new Error(`${this.name}: ${why} before ${pattern}:\n${this.log.slice(-20).join("\n")}`));
    this.#watchers.add(watcher);
    const timer = setTimeout(() => fail(`${withinMs} ms passed`), withinMs);
    void this.exited.then(({ code, signal }) => fail(`exit ${code} ${signal}`));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#watchers.delete(watcher);
    }
  }

  kill(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  killGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }

  #take(line: string): void {
    this.log.push(line);
    const pid = /"pid":(\d+),.*"msg":"host started"/.exec(line)?.[1];
    if (pid !== undefined) this.hostPids.push(Number(pid));
    for (const watcher of this.#watchers) watcher(line);
  }
}

/** Whether a process is there; a zombie that nobody has waited for counts as gone. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
