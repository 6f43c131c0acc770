import type { ChainName, ChainSettings, Load, LoadResult, Usage } from "./messages.ts";
import { RELAY_ROLES } from "./relay.ts";
import { WorkerProcess } from "./worker-process.ts";

const MODULES: Readonly<Record<ChainName, URL>> = {
  core: new URL("./worker/core-role.ts", import.meta.url),
  raw: new URL("./worker/raw-role.ts", import.meta.url),
  hop: new URL("./worker/relay-role.ts", import.meta.url),
  start: new URL("./worker/relay-role.ts", import.meta.url),
};
const LOAD = new URL("./worker/load.ts", import.meta.url);

const join = (worker: WorkerProcess, settings: ChainSettings) =>
  worker.ask({ type: "join", role: worker.name, settings }, "joined");

/** CPU and memory of one process over a window. */
export interface ProcessWindow {
  readonly cores: number;
  readonly rssBytes: number;
}

/** The processes of one chain: a client, and one process a role. */
export class Chain {
  readonly #load: WorkerProcess;
  readonly #all: readonly WorkerProcess[];

  private constructor(load: WorkerProcess, roles: readonly WorkerProcess[]) {
    this.#load = load;
    this.#all = [load, ...roles];
  }

  /** Starts the processes and waits until each is ready. `profile`: each role writes a CPU profile into this directory when it ends. */
  static async open(settings: { client: ChainSettings; roles: ChainSettings }, profile?: string): Promise<Chain> {
    const execArgv = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
    const roles = RELAY_ROLES.map((role) => new WorkerProcess(role, MODULES[settings.roles.chain], execArgv));
    const chain = new Chain(new WorkerProcess("client", LOAD, execArgv), roles);
    try {
      await Promise.all([join(chain.#load, settings.client), ...roles.map((role) => join(role, settings.roles))]);
      return chain;
    } catch (error) {
      await chain.close();
      throw error;
    }
  }

  /** Runs one load. `others` are asked for their usage at both ends of the window as well. */
  async measure(
    load: Load,
    others: Readonly<Record<string, () => Promise<Usage | undefined>>>,
  ): Promise<{ result: LoadResult; processes: Readonly<Record<string, ProcessWindow>> }> {
    const probes = { ...others, ...Object.fromEntries(this.#all.map((p) => [p.name, () => p.usage()])) };
    const limitMs = load.warmUpMs + load.measureMs + 20_000;
    const opened = this.#load.next("measuring", limitMs);
    const ended = this.#load.ask({ type: "load", load }, "measured", limitMs);
    // Either may be the one that reports a broken chain.
    await Promise.race([opened, ended]);
    const before = await usages(probes);
    const { result } = await ended;
    const after = await usages(probes);
    return { result, processes: windows(before, after) };
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((p) => p.stop()));
  }
}

type Reading = Readonly<Record<string, { usage: Usage; atMs: number }>>;

async function usages(probes: Readonly<Record<string, () => Promise<Usage | undefined>>>): Promise<Reading> {
  const read = Object.entries(probes).map(async ([name, probe]) => {
    const usage = await probe();
    return usage ? [[name, { usage, atMs: performance.now() }] as const] : [];
  });
  return Object.fromEntries((await Promise.all(read)).flat());
}

function windows(before: Reading, after: Reading): Record<string, ProcessWindow> {
  return Object.fromEntries(
    Object.entries(after).flatMap(([name, end]) => {
      const start = before[name];
      if (!start) return [];
      const cores = (end.usage.cpuMs - start.usage.cpuMs) / (end.atMs - start.atMs);
      return [[name, { cores, rssBytes: end.usage.rssBytes }] as const];
    }),
  );
}
