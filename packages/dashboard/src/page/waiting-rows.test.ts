import assert from "node:assert/strict";
import { test } from "node:test";
import { waitingRows } from "./waiting-rows.js";

test("approvals and dead letters stand in one list, what waits longest first", () => {
  const approvals = {
    approvals: [
      {
        approval_id: "a2",
        task_id: "t2",
        role: "payer",
        summary: "pay",
        approvals: 2,
        approved: 1,
        requested_at: "2026-01-03",
      },
      {
        approval_id: "a1",
        task_id: "t1",
        role: "payer",
        summary: "send",
        approvals: 1,
        approved: 0,
        requested_at: "2026-01-01",
      },
    ],
  };
  const error = { code: "tool_failed", message: "no" };
  const letters = {
    dead_letters: [{ dead_letter_id: "d1", task_id: "t3", role: "courier", error, died_at: "2026-01-02" }],
  };
  assert.deepEqual(
    waitingRows(approvals, letters).map(({ id, kind, about }) => [id, kind, about]),
    [
      ["a1", "approval", "send"],
      ["d1", "dead letter", "tool_failed: no"],
      ["a2", "approval, 1 of 2", "pay"],
    ],
  );
});

test("an answer of another form is an empty list", () => {
  assert.deepEqual(waitingRows(undefined, { dead_letters: "none" }), []);
  assert.deepEqual(waitingRows({ approvals: [7] }, {})[0]?.id, "");
});
