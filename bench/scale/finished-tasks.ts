import { openServer, SYSTEM } from "../bed.ts";
import type { Chain } from "../chain.ts";
import { openRoleChain } from "../role-chain.ts";
import { usageOf } from "../server-usage.ts";
import { pairedRatios, spreadOf } from "../statistics.ts";
import { atLeast, type Figure } from "./finding.ts";

const ROUNDS = 7;
const LOAD = { inFlight: 64, warmUpMs: 500, measureMs: 4_000, step: false };
/** Until the code is compiled, also where other work leaves little of the processor. */
const PRIMING = { ...LOAD, warmUpMs: 10_000 };
const MEBIBYTE = 1_048_576;

/** Throughput of the relay beside so many finished tasks in its stream, and on an empty one: two servers, the same minute. */
export async function finishedTasks(count: number): Promise<readonly Figure[]> {
  await using opened = new AsyncDisposableStack();
  const open = async (history: number | undefined) => {
    const ground = await openServer(opened);
    const chain = await openRoleChain("hop", {
      ...ground,
      system: SYSTEM,
      profileDir: undefined,
      finishedTasks: history,
    });
    opened.defer(() => chain.close());
    return { chain, pid: ground.server.pid };
  };
  const [empty, full] = [await open(undefined), await open(count)];
  const rates = { empty: [] as number[], full: [] as number[] };
  const costs = { empty: [] as number[], full: [] as number[] };
  for (const { chain } of [empty, full]) await chain.measure(PRIMING);
  for (let round = 0; round < ROUNDS; round++) {
    // Each goes first in every other round.
    const order = round % 2 === 0 ? (["empty", "full"] as const) : (["full", "empty"] as const);
    for (const name of order) {
      const { rate, cpuMicros } = await measure(name === "empty" ? empty.chain : full.chain);
      rates[name].push(rate);
      costs[name].push(cpuMicros);
    }
  }
  const ratio = spreadOf(pairedRatios(rates.full, rates.empty)).median;
  const cost = spreadOf(pairedRatios(costs.full, costs.empty)).median;
  return [
    { what: "tasks/s on an empty stream", value: spreadOf(rates.empty).median, unit: "/s" },
    { what: `tasks/s beside ${count} finished tasks`, value: spreadOf(rates.full).median, unit: "/s" },
    { what: "ratio of the two, round by round", value: ratio, unit: "", goal: atLeast(0.8, ratio) },
    { what: "processor time of a task, all processes together: ratio of the two", value: cost, unit: "" },
    { what: "memory of nats-server, empty", value: await residentMebibytes(empty.pid), unit: "MiB" },
    { what: `memory of nats-server, ${count} finished tasks`, value: await residentMebibytes(full.pid), unit: "MiB" },
  ];
}

const residentMebibytes = async (pid: number) => ((await usageOf(pid))?.rssBytes ?? Number.NaN) / MEBIBYTE;

/** Rates are disturbed by whatever else runs; what a task takes of the processor is less so. */
async function measure(chain: Chain): Promise<{ readonly rate: number; readonly cpuMicros: number }> {
  const { result, processes } = await chain.measure(LOAD);
  const rate = (result.finished * 1_000) / result.elapsedMs;
  const cores = Object.values(processes).reduce((sum, process) => sum + process.cores, 0);
  return { rate, cpuMicros: (cores * 1_000_000) / rate };
}
