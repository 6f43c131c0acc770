import { connectTroupe } from "@troupe/runtime";
import { hostsOf } from "../../test/support/host-processes.ts";
import type { PartProcess } from "../../test/support/part-process.ts";
import { RELAY_FILE } from "../../test/support/relay-file.ts";
import { Stack } from "../../test/support/stack.ts";
import { usageOf } from "../server-usage.ts";
import { quantile } from "../statistics.ts";
import { atMost, type Figure } from "./finding.ts";

const LIMIT_MS = 60_000;

/** From the start of a node's process until the first task has ended that waits for it; the system has no other node. */
export async function coldStart(starts: number): Promise<readonly Figure[]> {
  await using stack = await Stack.start({ system: "cold", nodes: 1, systemFile: RELAY_FILE });
  await using opened = new AsyncDisposableStack();
  const client = await connectTroupe({ url: stack.server.url, system: stack.subjects.system });
  opened.defer(() => client.close());
  const [node] = stack.nodes;
  if (!node) throw new Error("the stack has no node");
  const times: number[] = [];
  const cpus: number[] = [];
  // The first one compiles what later ones find compiled.
  for (let start = -1; start < starts; start++) {
    await node.stop(20_000);
    const { task_id: task } = await client.submit("a", { workMs: 0, number: start });
    const beganMs = performance.now();
    node.start();
    await client.result(task, { signal: AbortSignal.timeout(LIMIT_MS) });
    if (start < 0) continue;
    times.push(performance.now() - beganMs);
    cpus.push(await cpuOf(node));
  }
  const median = quantile(times, 0.5);
  return [
    {
      what: "start of a node to its first finished task, median",
      value: median,
      unit: "ms",
      goal: atMost(2_000, "ms", median),
    },
    { what: `the slowest of ${starts}`, value: quantile(times, 1), unit: "ms" },
    { what: "processor time that node and hosts had taken by then", value: quantile(cpus, 0.5), unit: "ms" },
  ];
}

async function cpuOf(node: PartProcess): Promise<number> {
  const usages = await Promise.all([node.pid, ...(await hostsOf(node.pid))].map(usageOf));
  return usages.reduce((sum, usage) => sum + (usage?.cpuMs ?? Number.NaN), 0);
}
