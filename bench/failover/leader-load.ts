import { setTimeout as timer } from "node:timers/promises";
import type { History } from "../../test/support/history.ts";
import { violationsOf } from "../../test/support/invariants.ts";
import { nextSequence, readHistory } from "../../test/support/read-history.ts";
import { RELAY_FILE } from "../../test/support/relay-file.ts";
import { relayLoad } from "../../test/support/relay-load.ts";
import { Stack } from "../../test/support/stack.ts";
import { quantile } from "../statistics.ts";
import { Supervisors } from "./supervisors.ts";

const NODES = 3;
/** Well below what the machine can do: what is looked for is a pause, not a queue. */
const IN_FLIGHT = 16;
const WORK_MS = 20;
const WARM_UP_MS = 3_000;
export const WINDOW_MS = 5_000;
const DRAIN_MS = 30_000;

/** How long tasks took before the leading supervisor was killed, and after it. */
export interface LeaderRun {
  readonly tasks: number;
  readonly beforeP99Ms: number;
  readonly afterP99Ms: number;
  readonly ratio: number;
  readonly violations: readonly string[];
}

/** How long the tasks took that ended in a span of wall time, ms. */
function latenciesIn(history: History, fromMs: number, untilMs: number): readonly number[] {
  return [...history.tasks.values()].flatMap(({ start, ends }) => {
    const endMs = ends[0]?.storedAtMs;
    const isIn = start !== undefined && endMs !== undefined && endMs >= fromMs && endMs < untilMs;
    return isIn ? [endMs - start.storedAtMs] : [];
  });
}

/** Kills the leader of three supervisors under load, again and again. */
export async function measureLeaderLoad(runs: number, note: (text: string) => void): Promise<readonly LeaderRun[]> {
  await using stack = await Stack.start({ system: "failover", nodes: NODES, systemFile: RELAY_FILE });
  await stack.supervisor.stop();
  await using supervisors = await Supervisors.open(stack, []);
  const measured: LeaderRun[] = [];
  for (let i = 0; i < runs; i++) {
    const run = await measureOne(stack, supervisors);
    measured.push(run);
    note(`leader-load: run ${i + 1} of ${runs}, p99 ${run.beforeP99Ms} ms before and ${run.afterP99Ms} ms after`);
    await supervisors.start();
  }
  return measured;
}

async function measureOne(stack: Stack, supervisors: Supervisors): Promise<LeaderRun> {
  const { subjects, core } = stack;
  const from = await nextSequence(core, subjects);
  await using load = await relayLoad(stack, IN_FLIGHT, WORK_MS);
  load.start();
  await timer(WARM_UP_MS + WINDOW_MS);
  const leader = await supervisors.leader();
  if (leader === undefined) throw new Error("nobody leads");
  const atMs = Date.now();
  await supervisors.kill(leader);
  await timer(WINDOW_MS);
  await load.drain(DRAIN_MS);
  const { history } = await readHistory(core, subjects, from);
  const before = latenciesIn(history, atMs - WINDOW_MS, atMs);
  const after = latenciesIn(history, atMs, atMs + WINDOW_MS);
  const [beforeP99Ms, afterP99Ms] = [quantile(before, 0.99), quantile(after, 0.99)];
  const violations = violationsOf(history, load.accepted).map(({ invariant, detail }) => `${invariant}: ${detail}`);
  const tasks = before.length + after.length;
  return { tasks, beforeP99Ms, afterP99Ms, ratio: afterP99Ms / beforeP99Ms, violations };
}
