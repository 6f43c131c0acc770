/**
 * The soak: a system at seven tenths of the rate that it reaches while four busy loops for each core run beside it. What is counted is what
 * the control plane believed: no node is to be declared dead, since none is.
 */
import { setTimeout as timer } from "node:timers/promises";
import { connectTroupe, type TroupeClient } from "@troupe/runtime";
import { BusyLoops } from "./busy-loops.ts";
import { eventCounts } from "./event-counts.ts";
import { RELAY_FILE } from "./relay-file.ts";
import { relayLoad } from "./relay-load.ts";
import { Stack } from "./stack.ts";

const NODES = 3;
const BUSY_PER_CORE = 4;
const SHARE = 0.7;
const MEASURED_MS = 15_000;
const IN_FLIGHT = 64;
/** Tasks that may be open at once; beyond it the machine does not keep up with seven tenths of its own rate. */
const MOST_OPEN = 2_000;
const PACE_MS = 50;
const DRAIN_MS = 60_000;

export interface SoakReport {
  readonly minutes: number;
  readonly busyLoops: number;
  /** Tasks a second that the machine reached with the busy loops, and the rate that was kept. */
  readonly measuredRate: number;
  readonly keptRate: number;
  readonly submitted: number;
  readonly ended: number;
  /** Submissions that were not made since too many tasks were open. */
  readonly heldBack: number;
  /** Control events by name, of which `node.dead` must be 0. */
  readonly events: Readonly<Record<string, number>>;
}

const WORK_MS = 5;

/** Runs it. `note` takes a line a minute. */
export async function soak(minutes: number, note: (line: string) => void): Promise<SoakReport> {
  await using stack = await Stack.start({ system: "soak", nodes: NODES, systemFile: RELAY_FILE });
  await using busy = new BusyLoops(BUSY_PER_CORE);
  const measuredRate = await closedRate(stack);
  const keptRate = measuredRate * SHARE;
  note(`${busy.count} busy loops: ${measuredRate.toFixed(1)} tasks/s; ${keptRate.toFixed(1)} tasks/s from now on`);
  const client = await connectTroupe({ url: stack.server.url, system: stack.subjects.system });
  try {
    const load = await pacedLoad(stack, client, keptRate, minutes, note);
    return { minutes, busyLoops: busy.count, measuredRate, keptRate, ...load, events: await eventCounts(stack) };
  } finally {
    await client.close();
  }
}

/** Tasks a second with as many in flight as the benchmark has. */
export async function closedRate(stack: Stack): Promise<number> {
  await using load = await relayLoad(stack, IN_FLIGHT, WORK_MS);
  load.start();
  await timer(MEASURED_MS);
  const rate = load.ended / (MEASURED_MS / 1_000);
  await load.drain(DRAIN_MS);
  return rate;
}

export async function pacedLoad(
  { core, subjects }: Stack,
  client: TroupeClient,
  rate: number,
  minutes: number,
  note: (line: string) => void,
): Promise<Pick<SoakReport, "submitted" | "ended" | "heldBack">> {
  const counts = { submitted: 0, ended: 0, heldBack: 0, unanswered: 0 };
  const ends = core.nc.subscribe(subjects.doneEvents(), { callback: () => void counts.ended++ });
  const startedMs = performance.now();
  const elapsedMs = () => performance.now() - startedMs;
  let minute = 0;
  for (let due = 0; elapsedMs() < minutes * 60_000; await timer(PACE_MS)) {
    for (const target = (elapsedMs() / 1_000) * rate; due < target; due++) {
      if (counts.submitted - counts.ended >= MOST_OPEN) counts.heldBack++;
      else {
        counts.submitted++;
        client.submit("a", { workMs: WORK_MS, number: due }).catch(() => counts.unanswered++);
      }
    }
    if (elapsedMs() < (minute + 1) * 60_000) continue;
    minute++;
    note(
      `minute ${minute}: ${counts.ended} of ${counts.submitted} ended, ${counts.heldBack} held back, ${counts.unanswered} unanswered`,
    );
  }
  const untilMs = performance.now() + DRAIN_MS;
  while (counts.ended < counts.submitted - counts.unanswered && performance.now() < untilMs) await timer(PACE_MS);
  ends.unsubscribe();
  const { submitted, unanswered, ended, heldBack } = counts;
  return { submitted: submitted - unanswered, ended, heldBack };
}
