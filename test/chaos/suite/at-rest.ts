import { readdir } from "node:fs/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import { hostsOf } from "../../support/host-processes.ts";
import { until } from "../../support/stack.ts";
import type { ChaosBed } from "./bed.ts";
import type { AtRest } from "./evidence.ts";
import type { Part } from "./part.ts";
import type { PartReports } from "./part-reports.ts";

/** What ends with a task, a watch or a connection has ended by then; asked again and again until it is so. */
const SETTLE_MS = 30_000;
const BACK_MS = 60_000;

/** What every part holds while nothing is to be done. */
export const atRest = (bed: ChaosBed): Promise<readonly AtRest[]> =>
  Promise.all(bed.parts.map((part) => partAtRest(part, bed.reports)));

/** One that has just ended by itself is started again (keeper.ts), and asked again. */
async function partAtRest(part: Part, reports: PartReports): Promise<AtRest> {
  let found: AtRest | undefined;
  await until(`${part.name} at rest`, BACK_MS, async () => {
    found = await look(part, reports);
    return true;
  });
  if (found === undefined) throw new Error(`${part.name} does not come to rest`);
  return found;
}

async function look(part: Part, reports: PartReports): Promise<AtRest> {
  const { pid } = part.process;
  const processes = [pid, ...(await hostsOf(pid))];
  const handles = await Promise.all(processes.map((each) => readdir(`/proc/${each}/fd`)));
  const { heapBytes } = await reports.ask(part);
  return { part: part.name, handles: Math.max(...handles.map(({ length }) => length)), heapBytes };
}

/** Messages that no role has taken or acked, by mailbox. Waits a while for there to be none. */
export async function queuedIn({ core, subjects }: ChaosBed): Promise<Readonly<Record<string, number>>> {
  const manager = await jetstreamManager(core.nc, { checkAPI: false });
  let queued: Readonly<Record<string, number>> = {};
  const isEmpty = async () => {
    const counts: [string, number][] = [];
    // What only looks on has a consumer for a while that nobody acks; mailboxes are durable.
    for await (const { config, num_pending, num_ack_pending } of manager.consumers.list(subjects.logStream(0)))
      if (config.durable_name !== undefined) counts.push([config.durable_name, num_pending + num_ack_pending]);
    queued = Object.fromEntries(counts.filter(([, count]) => count > 0));
    return Object.keys(queued).length === 0;
  };
  await until("empty queues", SETTLE_MS, isEmpty).catch(() => undefined); // what is left is a violation
  return queued;
}
