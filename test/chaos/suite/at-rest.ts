import { readdir } from "node:fs/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import { hostsOf } from "../../support/host-processes.ts";
import { until } from "../../support/stack.ts";
import type { ChaosBed, Part } from "./bed.ts";
import type { AtRest } from "./evidence.ts";

const SAID = /at rest: (\d+) bytes at (\d+)/;
const SAY_MS = 30_000;
/** What ends with a task, a watch or a connection has ended by then; asked again and again until it is so. */
const SETTLE_MS = 30_000;

/** What every part holds while nothing is to be done. */
export const atRest = (bed: ChaosBed): Promise<readonly AtRest[]> =>
  Promise.all(bed.parts.map((part) => partAtRest(part, bed.reports)));

async function partAtRest(part: Part, reports: PartReports): Promise<AtRest> {
  const { pid } = part.process;
  const processes = [pid, ...(await hostsOf(pid))];
  const handles = await Promise.all(processes.map((each) => readdir(`/proc/${each}/fd`)));
  const { heapBytes } = await reports.ask(part);
  return { part: part.name, handles: Math.max(...handles.map(({ length }) => length)), heapBytes };
}

/** What a part says of itself. `nowMs` is its own clock's. */
export interface SaidByPart {
  readonly heapBytes: number;
  readonly nowMs: number;
}

/** Asks parts for their heaps and clocks (heap-on-signal.ts). */
export class PartReports {
  readonly #waiting = new Map<string, (said: SaidByPart) => void>();

  /** Takes what a part wrote. */
  hear(part: string, text: string): void {
    const [, heapBytes, nowMs] = SAID.exec(text) ?? [];
    if (heapBytes !== undefined) this.#waiting.get(part)?.({ heapBytes: Number(heapBytes), nowMs: Number(nowMs) });
  }

  /** Rejects when the part does not answer in time. */
  async ask({ name, process: part }: Part): Promise<SaidByPart> {
    const said = Promise.withResolvers<SaidByPart>();
    this.#waiting.set(name, said.resolve);
    const late = setTimeout(() => said.reject(new Error(`${name} does not say how large its heap is`)), SAY_MS);
    try {
      part.signal("SIGUSR2");
      return await said.promise;
    } finally {
      clearTimeout(late);
      this.#waiting.delete(name);
    }
  }
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
