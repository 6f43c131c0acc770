import assert from "node:assert/strict";
import { it } from "node:test";
import { RELAY_FILE } from "../support/relay-file.ts";
import { killServer } from "../support/server-kills.ts";
import { Stack } from "../support/stack.ts";

const kills = Number(process.env["TROUPE_FAULT_SERVER_KILLS"] ?? 5);

it(`nats-server killed ${kills} times and started on the same store: no task lost, none ended twice, no step recorded twice`, {
  timeout: 60_000 + kills * 20_000,
}, async (t) => {
  await using stack = await Stack.start({ system: "restart", nodes: 3, systemFile: RELAY_FILE });
  const report = await killServer(stack, { kills, inFlight: 64, limitMs: 8_000 });
  t.diagnostic(JSON.stringify(report));
  assert.ok(report.tasks >= kills * 100, `only ${report.tasks} tasks ran: the run proves nothing`);
  assert.ok(report.struck >= kills, `only ${report.struck} tasks were open at a kill: the run proves nothing`);
});
