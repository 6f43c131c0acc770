import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { HopId, TaskId } from "../ids.ts";
import { approvalHash, approvalId, approvalTerms, parseApprovalId, summaryOf } from "./approval.ts";

const task = "0-v1-01jd3m8q5x7c9v2k4n6p8r0t2w" as TaskId;
const hop = "1".repeat(26) as HopId;
const HOUR = 3_600_000;

test("what a rule leaves open is as the system says, else one person within a day", () => {
  assert.deepEqual(approvalTerms({ act: 1 }, {}), {
    terms: { act: 1, approvals: 1 },
    afterMs: 24 * HOUR,
    onTimeout: "deny",
  });
  const system = { approvals: 2, approvers: ["leads", "ann"], timeoutMs: HOUR, groups: { leads: ["ann", "bob"] } };
  assert.deepEqual(approvalTerms({ act: 1, summary: "s" }, { onTimeout: "escalate" }, system), {
    terms: { act: 1, summary: "s", approvals: 2, approvers: ["ann", "bob"] },
    afterMs: HOUR,
    onTimeout: "escalate",
  });
});

test("who is asked later has the same time again, unless it says how long", () => {
  const groups = { chiefs: ["cleo"] };
  const asked = approvalTerms({ act: 1 }, { timeoutMs: HOUR, onTimeout: { ask: ["chiefs"] } }, { groups });
  assert.deepEqual(asked.terms.later, { afterMs: HOUR, approvers: ["cleo"] });
  assert.deepEqual([asked.afterMs, asked.onTimeout], [2 * HOUR, "deny"]);
  const short = approvalTerms({ act: 1 }, { timeoutMs: HOUR, onTimeout: { ask: ["x"], timeoutMs: 5 } });
  assert.equal(short.afterMs, HOUR + 5);
});

test("any change of the act, the terms, the role or the task is another hash; the order of keys is none", () => {
  const { terms } = approvalTerms({ act: { to: "bank", amount: 5 } }, {});
  const hash = approvalHash(task, "payer", terms);
  assert.equal(approvalHash(task, "payer", { approvals: 1, act: { amount: 5, to: "bank" } }), hash);
  const others = [
    approvalHash(task, "payer", { ...terms, act: { to: "bank", amount: 6 } }),
    approvalHash(task, "payer", { ...terms, summary: "harmless" }),
    approvalHash(task, "payer", { ...terms, approvals: 2 }),
    approvalHash(task, "other", terms),
    approvalHash("0-v2-01jd3m8q5x7c9v2k4n6p8r0t2w" as TaskId, "payer", terms),
  ];
  assert.equal(new Set([hash, ...others]).size, 6);
});

test("an id names its wait, and nothing else is one", () => {
  assert.deepEqual(parseApprovalId(approvalId({ task, hop, wait: 3 })), { task, hop, wait: 3 });
  for (const text of [
    "",
    task,
    `${task}.${hop}`,
    `${task}.${hop}.0`,
    `${task}.${hop}.1.2`,
    `${task}.*.1`,
    `${task}.>.1`,
  ]) {
    assert.equal(parseApprovalId(text), undefined, text);
  }
  fc.assert(fc.property(fc.string(), (text) => parseApprovalId(text) === undefined));
});

test("a summary has one line's length", () => {
  assert.equal(summaryOf({ act: { a: 1 } }), '{"a":1}');
  assert.equal(summaryOf({ act: 1, summary: "x".repeat(500) }).length, 160);
});
