import assert from "node:assert/strict";
import { test } from "node:test";
import { outcomeOf, tallyOf } from "./outcome.ts";

const failed = (code: string) => outcomeOf({ status: "failed", error: { code, message: "" } });

test("a task counts by how it ended, and a failure by whose it was", () => {
  assert.equal(outcomeOf({ status: "completed" }), "completed");
  assert.equal(outcomeOf({ status: "expired" }), "unavailable");
  for (const status of ["cancelled", "rejected"] as const) assert.equal(outcomeOf({ status }), "ignored");
  for (const code of ["handler_failed", "tool_failed", "budget_exceeded", "my_own_code"])
    assert.equal(failed(code), "failed", code);
  for (const code of [
    "unavailable",
    "model_unavailable",
    "store_full",
    "handler_stuck",
    "poison_message",
    "model_refused",
  ])
    assert.equal(failed(code), "unavailable", code);
  assert.equal(outcomeOf({ status: "failed" }), "failed");
});

test("an unavailable task has failed as well, an ignored one is no task, and only completed ones are timed", () => {
  assert.deepEqual(tallyOf("unavailable", 10), { tasks: 1, failed: 1, unavailable: 1, costMicros: 0, latencies: {} });
  assert.deepEqual(tallyOf("ignored", 10).tasks, 0);
  assert.deepEqual(Object.values(tallyOf("completed", 10).latencies), [1]);
  assert.deepEqual(tallyOf("completed", undefined).latencies, {});
});
