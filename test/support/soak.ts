/**
 * The soak: a system at seven tenths of the rate that it reaches while four busy loops for each core run beside it. What is counted is what
 * the control plane believed: no node is to be declared dead, since none is.
 */
import { setTimeout as timer } from "node:timers/promises";
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
  /** Tasks of which a client has seen the end: those that were submitted, all of them. */
  readonly ended: number;
  /** Submissions that had to be repeated since nobody answered. */
  readonly repeated: number;
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
  const load = await pacedLoad(stack, keptRate, minutes, note);
  return { minutes, busyLoops: busy.count, measuredRate, keptRate, ...load, events: await eventCounts(stack) };
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

/** So many tasks a second for so many minutes, however soon they end; throws when one has not ended a minute later. */
export async function pacedLoad(
  stack: Stack,
  rate: number,
  minutes: number,
  note: (line: string) => void,
): Promise<Pick<SoakReport, "submitted" | "ended" | "repeated" | "heldBack">> {
  await using load = await relayLoad(stack, 0, WORK_MS);
  const startedMs = performance.now();
  const elapsedMs = () => performance.now() - startedMs;
  const counts = { submitted: 0, heldBack: 0 };
  let minute = 0;
  for (let due = 0; elapsedMs() < minutes * 60_000; await timer(PACE_MS)) {
    for (const target = (elapsedMs() / 1_000) * rate; due < target; due++) {
      if (load.active >= MOST_OPEN) counts.heldBack++;
      else {
        counts.submitted++;
        load.submitOne();
      }
    }
    if (elapsedMs() < (minute + 1) * 60_000) continue;
    minute++;
    note(
      `minute ${minute}: ${load.ended} of ${counts.submitted} ended, ${counts.heldBack} held back, ${load.repeated} repeated`,
    );
  }
  await load.drain(DRAIN_MS);
  return { ...counts, ended: load.ended, repeated: load.repeated };
}
