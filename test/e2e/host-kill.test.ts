import assert from "node:assert/strict";
import { it } from "node:test";
import { setTimeout as timer } from "node:timers/promises";
import { slowness } from "../chaos/suite/slowness.ts";
import { delaysAfter, endsSoonAfter, violationsOf } from "../support/invariants.ts";
import type { PartProcess } from "../support/part-process.ts";
import { readHistory } from "../support/read-history.ts";
import { RELAY_FILE } from "../support/relay-file.ts";
import { relayViolations } from "../support/relay-invariants.ts";
import { relayLoad } from "../support/relay-load.ts";
import { Stack } from "../support/stack.ts";

/** Below `ack_wait` (6 s): only hand-backs can bring every message to somebody else in time. Judged where at least half of the machine is ours. */
const LIMIT_MS = 5_000;
const MOST_SLOWNESS = 2;
const KILLS = 3;

/** Process id of the node's newest host, as its log tells. */
function hostOf(node: PartProcess): number {
  const pid = [...node.log.matchAll(/"pid":(\d+)[^\n]*"host started"/g)].at(-1)?.[1];
  assert.ok(pid !== undefined, `${node.name} has started no host:\n${node.log}`);
  return Number(pid);
}

it("hosts killed under load: their node and the leader give back everything at once, known or not", {
  timeout: 600_000,
}, async (t) => {
  await using stack = await Stack.start({ system: "hostkill", nodes: 2, systemFile: RELAY_FILE });
  const { subjects, core, nodes } = stack;
  const slownessBefore = slowness();
  await using load = await relayLoad(stack, 24, 30);
  load.start();
  const killedAtMs: number[] = [];
  for (let i = 0; i < KILLS; i++) {
    await timer(1_200);
    const node = nodes[i % nodes.length];
    assert.ok(node);
    killedAtMs.push(Date.now());
    process.kill(hostOf(node), "SIGKILL");
  }
  await timer(1_200);
  await load.drain(120_000);
  const isInTimeJudged = Math.max(slownessBefore, slowness()) < MOST_SLOWNESS;
  const { history } = await readHistory(core, subjects, 1);
  const delays = delaysAfter(history, killedAtMs);
  if (!isInTimeJudged) t.diagnostic("the machine is busy with other things: the time is not judged");
  t.diagnostic(`${load.accepted.length} tasks, ${delays.size} struck, slowest ${Math.max(...delays.values())} ms`);
  const violations = [
    ...violationsOf(history, load.accepted),
    ...relayViolations(history),
    ...(isInTimeJudged ? endsSoonAfter(history, killedAtMs, LIMIT_MS) : []),
  ];
  assert.deepEqual(violations.slice(0, 10), [], `${violations.length} violations`);
  assert.ok(delays.size >= KILLS, "no task was struck: the run proves nothing");
});
