import assert from "node:assert/strict";
import { it } from "node:test";
import { soak } from "../support/soak.ts";

/** The short form of `npm run soak`. */
it("ten minutes under nine times the load of the machine: no healthy node is declared dead", {
  timeout: 900_000,
}, async (t) => {
  const report = await soak(10, (line) => t.diagnostic(line));
  assert.equal(report.events["node.dead"], 0, JSON.stringify(report));
  assert.equal(report.ended, report.submitted, "every task ends");
  assert.ok(report.submitted > 1_000, `only ${report.submitted} tasks: the run proves nothing`);
});
