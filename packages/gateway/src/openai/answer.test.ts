import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskId, TaskStatus, TaskView } from "@troupe/runtime/internal";
import { answerText, failureOf } from "./answer.ts";
import { responseObject, taskOfResponseId } from "./response-object.ts";

const ID = "0-v1-01jd3m8q5x7c9v2k4n6p8r0t2w";
const viewOf = (status: TaskStatus, more: Partial<TaskView> = {}): TaskView => ({
  task_id: ID as TaskId,
  status,
  role: "router",
  path: [],
  tokens: { input: 0, output: 0, total: 0 },
  cost: 0,
  created_at: "2026-01-01T00:00:00.000Z",
  ...more,
});

test("text is answered as it is, everything else as JSON, nothing as nothing", () => {
  assert.equal(answerText(viewOf("completed", { result: "a" })), "a");
  assert.equal(answerText(viewOf("completed", { result: { a: 1 } })), '{"a":1}');
  assert.equal(answerText(viewOf("completed", { result: null })), "null");
  assert.equal(answerText(viewOf("completed")), "");
});

const ends: readonly [TaskStatus, string | undefined, string][] = [
  ["accepted", undefined, "queued"],
  ["running", undefined, "in_progress"],
  ["waiting", undefined, "in_progress"],
  ["completed", undefined, "completed"],
  ["failed", "handler_failed", "failed"],
  ["expired", "deadline_exceeded", "failed"],
  ["rejected", "conflict", "failed"],
  ["cancelled", "cancelled", "cancelled"],
];
for (const [status, code, response] of ends) {
  test(`a task that is ${status} is a response that is ${response}${code ? ` with ${code}` : ""}`, () => {
    assert.equal(failureOf(viewOf(status))?.code, code);
    const shown = responseObject(viewOf(status));
    assert.equal(shown.status, response);
    assert.equal(shown.error?.code, response === "failed" ? code : undefined);
  });
}

test("the error of a record wins over the status, and names the task", () => {
  const failure = failureOf(viewOf("failed", { error: { code: "hop_limit", message: "too long" } }));
  assert.equal(failure?.code, "hop_limit");
  assert.equal(failure?.details["task_id"], ID);
});

test("ids of responses are those of tasks; others name none", () => {
  assert.equal(taskOfResponseId(`resp_${ID}`, "id"), ID);
  for (const id of [ID, "resp_", "resp_x", `resp_${ID}>`])
    assert.throws(() => taskOfResponseId(id, "id"), /no response/);
});
