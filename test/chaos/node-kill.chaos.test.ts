import assert from "node:assert/strict";
import { it } from "node:test";
import { killNodes } from "../support/node-kills.ts";
import { RELAY_FILE } from "../support/relay-file.ts";
import { Stack } from "../support/stack.ts";

const kills = Number(process.env["TROUPE_FAULT_KILLS"] ?? 100);
const seed = Number(process.env["TROUPE_FAULT_SEED"] ?? Date.now() % 1_000_000);

it(`${kills} nodes killed with their hosts at random moments: no task lost, none ended twice, no step recorded twice, all ended in 8 s`, {
  timeout: 60_000 + kills * 15_000,
}, async (t) => {
  t.diagnostic(`seed ${seed}`);
  await using stack = await Stack.start({ system: "chaos", nodes: 3, systemFile: RELAY_FILE });
  const report = await killNodes(stack, { kills, seed, inFlight: 64, limitMs: 8_000 }, (line) => t.diagnostic(line));
  assert.ok(report.tasks >= kills * 100, `only ${report.tasks} tasks ran: the run proves nothing`);
  assert.ok(report.takeOvers >= kills, `only ${report.takeOvers} hops were taken over: the run proves nothing`);
});
