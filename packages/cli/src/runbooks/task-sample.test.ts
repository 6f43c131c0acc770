import assert from "node:assert/strict";
import { test } from "node:test";
import { requireTaskId, Subjects, type TaskRecord } from "@troupe/runtime/internal";
import { taskSample } from "./task-sample.ts";

const subjects = new Subjects("s");
const { id: TASK } = requireTaskId(`0-v1-${"0".repeat(26)}`);
const HOP = "1".repeat(26) as never;
const writer = { node: "n1", incarnation: "i", nonce: "x", claim: 0, segment: 0 };

let sequence = 0;
function record(subject: string, atMs: number, header: TaskRecord["header"], body: unknown): TaskRecord {
  const parsed = subjects.parseLog(subject);
  assert.ok(parsed, subject);
  return { sequence: ++sequence, atMs, subject: parsed, header, body };
}
const passport = { index: 0, tenant: "t", depth: 0, trail: [], taint: [], requires: [] };
const start = record(subjects.start(TASK, "a"), 1_000, { passport }, "hello");
const usage = { inputTokens: 10, outputTokens: 5, costMicros: 7 };
const step = record(
  subjects.record(TASK, HOP, "a", { class: "s", kind: "step", to: "1" }),
  3_500,
  { writer, passport, usage },
  { name: "model:fast", value: { model: "gpt" } },
);

test("an ended task tells how long it took, and what its model calls took and cost", () => {
  const done = record(subjects.done(TASK), 4_000, { writer }, { status: "completed", by: "a" });
  const sample = taskSample(TASK, "v1", [start, step, done]);
  assert.equal(sample?.status, "completed");
  assert.equal(sample.tookMs, 3_000);
  assert.deepEqual(sample.calls, [{ role: "a", model: "gpt", ms: 2_500, ...usage }]);
});

test("a failed one says with what, and in which role", () => {
  const error = { code: "tool_failed", message: "no", details: { role: "b" } };
  const done = record(subjects.done(TASK), 4_000, {}, { status: "failed", by: "supervisor", error });
  assert.deepEqual(taskSample(TASK, "v1", [start, done])?.error, { code: "tool_failed", role: "b", message: "no" });
});

test("a task that runs, or of which nothing is there, is no sample", () => {
  assert.equal(taskSample(TASK, "v1", [start, step]), undefined);
  assert.equal(taskSample(TASK, "v1", []), undefined);
});
