import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApprovalView } from "@troupe/runtime/internal";
import { approvalLine, approvalLines } from "./approval-lines.ts";

const view: ApprovalView = {
  approval_id: "0-v1-x.y.1",
  task_id: "0-v1-x",
  role: "payer",
  state: "pending",
  summary: "pay\u001b[2J\nnow",
  act: { to: "b\u202eank", note: "\u009b31m" },
  hash: "a".repeat(64),
  approvals: 2,
  approved: 1,
  requested_at: "2026-01-01T00:00:00.000Z",
  expires_at: "2026-01-02T00:00:00.000Z",
  decisions: [{ by: "ann", verdict: "approve", at: "2026-01-01T00:00:01.000Z", proof: "http", reason: "fine" }],
};
const plain = (_: unknown, text: string): string => text;

test("an act that tries to redraw the terminal is shown as what it is", () => {
  const text = [approvalLine(view, plain), ...approvalLines(view, plain)].join("\n");
  // oxlint-disable-next-line no-control-regex -- that is what must not be there
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  assert.match(text, /b\\u202eank/);
  assert.match(text, /pay\\u001b\[2J now/);
});

test("what is shown says who has decided and how many are missing", () => {
  const lines = approvalLines(view, plain).join("\n");
  assert.match(lines, /needs +2 people, 1 so far/);
  assert.match(lines, /decided +approve by ann at 2026-01-01T00:00:01\.000Z: fine/);
  assert.match(approvalLine(view, plain), /payer {2}1 of 2/);
});
