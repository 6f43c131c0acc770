import assert from "node:assert/strict";
import { it } from "node:test";
import { killNodes } from "../support/node-kills.ts";
import { RELAY_FILE } from "../support/relay-file.ts";
import { Stack } from "../support/stack.ts";

/** The short form of test/chaos/node-kill.chaos.test.ts, which has a machine of its own: there the time is judged. */
it("nodes killed with their hosts lose no task, repeat no step, end none twice", { timeout: 600_000 }, async (t) => {
  await using stack = await Stack.start({ system: "kill", nodes: 3, systemFile: RELAY_FILE });
  const report = await killNodes(stack, { kills: 2, seed: 1, inFlight: 16, limitMs: 120_000 }, (line) =>
    t.diagnostic(line),
  );
  assert.ok(report.tasks >= 200, `only ${report.tasks} tasks ran: the run proves nothing`);
  assert.ok(report.takeOvers >= 2, `only ${report.takeOvers} hops were taken over: the run proves nothing`);
});
