import { readdir } from "node:fs/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import { hostsOf } from "../../support/host-processes.ts";
import { until } from "../../support/stack.ts";
import type { ChaosBed, Part } from "./bed.ts";
import type { AtRest } from "./evidence.ts";

const SAID = /heap after collection: (\d+)/;
const SAY_MS = 30_000;
/** What ends with a task, a watch or a connection has ended by then; asked again and again until it is so. */
const SETTLE_MS = 30_000;

/** What every part holds while nothing is to be done. */
export const atRest = (bed: ChaosBed): Promise<readonly AtRest[]> =>
  Promise.all(bed.parts.map((part) => partAtRest(part, bed.heaps)));

async function partAtRest({ name, process: part }: Part, heaps: HeapReports): Promise<AtRest> {
  const processes = [part.pid, ...(await hostsOf(part.pid))];
  const handles = await Promise.all(processes.map((pid) => readdir(`/proc/${pid}/fd`)));
  const said = heaps.next(name);
  part.signal("SIGUSR2");
  return { part: name, handles: Math.max(...handles.map(({ length }) => length)), heapBytes: await said };
}

/** What parts say of their heaps when they are asked (heap-on-signal.ts). */
export class HeapReports {
  readonly #waiting = new Map<string, (heapBytes: number) => void>();

  /** Takes what a part wrote. */
  hear(part: string, text: string): void {
    const said = SAID.exec(text)?.[1];
    if (said !== undefined) this.#waiting.get(part)?.(Number(said));
  }

  /** The next report of a part. Rejects when there is none in time. */
  async next(part: string): Promise<number> {
    const said = Promise.withResolvers<number>();
    this.#waiting.set(part, said.resolve);
    const late = setTimeout(() => said.reject(new Error(`${part} does not say how large its heap is`)), SAY_MS);
    try {
      return await said.promise;
    } finally {
      clearTimeout(late);
      this.#waiting.delete(part);
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
