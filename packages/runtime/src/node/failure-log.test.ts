import assert from "node:assert/strict";
import { test } from "node:test";
import { ReportedFailure } from "../contracts/control.ts";
import { FailureLog } from "./failure-log.ts";

test("failures are numbered, reported for five minutes, and the oldest are forgotten first", () => {
  const log = new FailureLog();
  for (let i = 1; i <= 70; i++) log.add({ actor: `v1/a/${i}`, kind: "stuck", reason: "silent" }, 2, i);
  const recent = log.recent(1_000.4);
  assert.equal(recent.length, 64);
  assert.deepEqual(recent[0], {
    number: 7,
    generation: 2,
    agoMs: 993,
    actor: "v1/a/7",
    kind: "stuck",
    reason: "silent",
  });
  assert.doesNotThrow(() => recent.map((failure) => ReportedFailure.parse(failure)));
  assert.deepEqual(
    log.recent(300_069.5).map(({ number }) => number),
    [70],
  );
  assert.deepEqual(log.recent(300_070), []);
});
