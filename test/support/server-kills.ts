/** nats-server is killed in the middle of a load; its guard starts it again on the same store. The whole log is checked afterwards. */
import assert from "node:assert/strict";
import { setTimeout as timer } from "node:timers/promises";
import { eventCounts } from "./event-counts.ts";
import { delaysAfter, endsSoonAfter, violationsOf } from "./invariants.ts";
import type { LoadClient } from "./load-client.ts";
import { readHistory } from "./read-history.ts";
import { relayViolations } from "./relay-invariants.ts";
import { relayLoad } from "./relay-load.ts";
import { type Stack, until } from "./stack.ts";

export interface ServerKillPlan {
  readonly kills: number;
  readonly inFlight: number;
  /** Longest time from a kill to the end of every task that was open then, ms. */
  readonly limitMs: number;
}

export interface ServerKillReport {
  readonly tasks: number;
  /** Tasks that were open at a kill. */
  readonly struck: number;
  readonly maxDelayMs: number;
}

const WORK_MS = 30;

/** Runs the plan; throws an assertion error with what was violated. */
export async function killServer(stack: Stack, plan: ServerKillPlan): Promise<ServerKillReport> {
  const { subjects, core } = stack;
  await using load = await relayLoad(stack, plan.inFlight, WORK_MS);
  load.start();
  const killedAtMs: number[] = [];
  for (let i = 0; i < plan.kills; i++) {
    await timer(2_000);
    killedAtMs.push(await killOne(stack, load));
  }
  await timer(2_000);
  await load.drain(20_000);
  const { history } = await readHistory(core, subjects);
  const violations = [
    ...violationsOf(history, load.accepted),
    ...relayViolations(history),
    ...endsSoonAfter(history, killedAtMs, plan.limitMs),
  ];
  assert.deepEqual(violations.slice(0, 10), [], `${violations.length} violations\n${stack.logs()}`);
  const events = await eventCounts(stack);
  assert.equal(events["node.dead"], 0, `a node was declared dead, and none was\n${stack.logs()}`);
  const delays = [...delaysAfter(history, killedAtMs).values()];
  return { tasks: load.accepted.length, struck: delays.length, maxDelayMs: Math.round(Math.max(0, ...delays)) };
}

/** Kills the server and waits until another one serves and tasks end again. Returns when it was killed. */
async function killOne(stack: Stack, load: LoadClient): Promise<number> {
  const before = stack.server.pid;
  const atMs = Date.now();
  process.kill(before, "SIGKILL");
  await until("another nats-server", 20_000, async () => stack.server.pid !== before && stack.server.pid !== 0);
  const ended = load.ended;
  await until("tasks that end again", 20_000, async () => load.ended > ended + 64);
  return atMs;
}
