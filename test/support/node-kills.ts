/** Node after node is killed at random moments while a load runs, and the whole log is checked afterwards. */
import assert from "node:assert/strict";
import { setTimeout as timer } from "node:timers/promises";
import { messageOf, type Random, seededRandom } from "@troupe/runtime/internal";
import { openTasks } from "./history.ts";
import { delaysAfter, endsSoonAfter, violationsOf } from "./invariants.ts";
import { readHistory } from "./read-history.ts";
import { relayViolations } from "./relay-invariants.ts";
import { relayLoad } from "./relay-load.ts";
import type { Stack } from "./stack.ts";

export interface KillPlan {
  readonly kills: number;
  readonly seed: number;
  readonly inFlight: number;
  /** Longest time from a kill to the end of every task that was open then, ms. */
  readonly limitMs: number;
}

/** What a run showed; one line of it belongs into every report. */
export interface KillReport {
  readonly tasks: number;
  readonly kills: number;
  /** Tasks that were open at a kill. */
  readonly struck: number;
  /** Hops that were taken over. */
  readonly takeOvers: number;
  readonly delaysMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

const WORK_MS = 30;
const DRAIN_MS = 20_000;

/** Kills after which the load pauses and the log is checked: it is read whole, so it must fit into memory. */
const KILLS_A_ROUND = 10;

/** Runs the plan; throws an assertion error with what was violated. `note` takes a line after each round that held. */
export async function killNodes(stack: Stack, plan: KillPlan, note: (line: string) => void): Promise<KillReport> {
  const random = seededRandom(plan.seed);
  const reports: RoundReport[] = [];
  let from = 1;
  for (let done = 0; done < plan.kills; done += KILLS_A_ROUND) {
    const kills = Math.min(KILLS_A_ROUND, plan.kills - done);
    const { report, next } = await round(stack, plan, kills, random, from);
    reports.push(report);
    note(`${done + kills} kills: ${JSON.stringify(summary(done + kills, reports))}`);
    from = next;
  }
  return summary(plan.kills, reports);
}

interface RoundReport {
  readonly tasks: number;
  readonly takeOvers: number;
  readonly delays: readonly number[];
}

async function round(stack: Stack, plan: KillPlan, kills: number, random: Random, from: number) {
  const { subjects, core } = stack;
  await using load = await relayLoad(stack, plan.inFlight, WORK_MS);
  load.start();
  const killedAtMs: number[] = [];
  for (let i = 0; i < kills; i++) killedAtMs.push(await killOne(stack, random));
  const overdue = await load.drain(Math.max(DRAIN_MS, plan.limitMs)).catch((error: unknown) => messageOf(error));
  const { history, next } = await readHistory(core, subjects, from);
  if (overdue !== undefined)
    assert.fail(`${overdue}, seed ${plan.seed}\n${openTasks(history)}\n${await stack.account()}`);
  const violations = [
    ...violationsOf(history, load.accepted),
    ...relayViolations(history),
    ...endsSoonAfter(history, killedAtMs, plan.limitMs),
  ];
  assert.deepEqual(
    violations.slice(0, 10),
    [],
    `${violations.length} violations, seed ${plan.seed}\n${await stack.account()}`,
  );
  const records = [...history.tasks.values()].flatMap((task) => task.records);
  const takeOvers = records.filter((r) => r.at.name.class === "c" && r.at.name.kind === "claim").length;
  const delays = [...delaysAfter(history, killedAtMs).values()];
  return { report: { tasks: load.accepted.length, takeOvers, delays }, next };
}

/** Kills a random node's process group at a random moment, starts it again, and waits until it is back. Returns when it was killed. */
async function killOne(stack: Stack, random: Random): Promise<number> {
  await timer(150 + random.unit() * 600);
  const victim = stack.nodes[Math.floor(random.unit() * stack.nodes.length)];
  assert.ok(victim);
  const before = await stack.lifeOf(victim.name);
  const atMs = Date.now();
  await victim.killGroup();
  await timer(random.unit() * 300);
  victim.start();
  await stack.isBack(victim.name, before);
  return atMs;
}

function summary(kills: number, rounds: readonly RoundReport[]): KillReport {
  const delays = rounds.flatMap((r) => r.delays).toSorted((a, b) => a - b);
  const at = (q: number) => Math.round(delays[Math.min(delays.length - 1, Math.floor(q * delays.length))] ?? 0);
  const sum = (pick: (r: RoundReport) => number) => rounds.reduce((total, r) => total + pick(r), 0);
  return {
    tasks: sum((r) => r.tasks),
    kills,
    struck: delays.length,
    takeOvers: sum((r) => r.takeOvers),
    delaysMs: { p50: at(0.5), p99: at(0.99), max: at(1) },
  };
}
