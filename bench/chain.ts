/** What every chain has in common: it carries one load, while all of its processes are watched. */
import type { Load, LoadResult, Usage } from "./messages.ts";
import type { WorkerProcess } from "./worker-process.ts";

export interface Chain {
  /** Runs one load and measures it. */
  measure(load: Load): Promise<Measured>;
  /** Ends its processes. */
  close(): Promise<void>;
}

export interface Measured {
  readonly result: LoadResult;
  readonly processes: Readonly<Record<string, ProcessWindow>>;
  /** Mean size of a record in the store; `undefined` where nothing is stored. */
  readonly bytesPerRecord: number | undefined;
}

/** CPU and memory of one process over a window. */
export interface ProcessWindow {
  readonly cores: number;
  readonly rssBytes: number;
}

/** How to ask each process for its usage, by name. */
export type Probes = Readonly<Record<string, () => Promise<Usage | undefined>>>;

/** Lets the client run one load, and asks every process for its usage when the window opens and when it closes. */
export async function measureLoad(
  client: WorkerProcess,
  load: Load,
  probes: Probes,
): Promise<Omit<Measured, "bytesPerRecord">> {
  const limitMs = load.warmUpMs + load.measureMs + 20_000;
  const opened = client.next("measuring", limitMs);
  const ended = client.ask({ type: "load", load }, "measured", limitMs);
  // Either may be the one that reports a broken chain.
  await Promise.race([opened, ended]);
  const before = await usages(probes);
  const { result } = await ended;
  const after = await usages(probes);
  return { result, processes: windows(before, after) };
}

type Reading = Readonly<Record<string, { usage: Usage; atMs: number }>>;

async function usages(probes: Probes): Promise<Reading> {
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
