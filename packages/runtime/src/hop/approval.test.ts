import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { judgeAnswers } from "./approval.ts";
import type { Answer } from "./wait.ts";

const hash = "a".repeat(64);
const awaiting = (approvals: number) => ({ hash, approvals, overAtMs: 100 });
const vote = (by: string, about = hash) => ({ hash: about, by, proof: "http" });
const answer = (result: Answer["result"], atMs = 50, from = "human"): Answer => ({ from, index: 0, atMs, result });
const yes = (by: string, atMs = 50, about = hash) => answer({ value: vote(by, about) }, atMs);
const no = (by: string, reason?: string) =>
  answer({
    error: { code: "approval_denied", message: "no", details: { ...vote(by), ...(reason ? { reason } : {}) } },
  });
const expired = answer({ error: { code: "approval_expired", message: "late" } }, 100, "timer");

test("a yes needs every answer, in time, on this act, by distinct people", () => {
  const cases: readonly (readonly [string, readonly Answer[], number, object])[] = [
    ["one says yes", [yes("ann")], 1, { isApproved: true, hash, by: ["ann"] }],
    ["two say yes", [yes("ann"), yes("bob")], 2, { isApproved: true, hash, by: ["ann", "bob"] }],
    ["one of two", [yes("ann")], 2, { isApproved: false, why: "denied", hash, reason: "too few people said yes" }],
    [
      "one says no",
      [yes("ann"), no("bob", "too much")],
      2,
      { isApproved: false, why: "denied", hash, by: "bob", reason: "too much" },
    ],
    ["a no without a reason", [no("bob")], 1, { isApproved: false, why: "denied", hash, by: "bob" }],
    ["the clock", [expired], 1, { isApproved: false, why: "expired", hash }],
    ["a yes that was stored too late", [yes("ann", 100)], 1, { isApproved: false, why: "expired", hash }],
    [
      "a yes to something else",
      [yes("ann", 50, "b".repeat(64))],
      1,
      { isApproved: false, why: "denied", hash, reason: "the decision was on something else" },
    ],
    [
      "one person twice",
      [yes("ann"), yes("ann")],
      2,
      { isApproved: false, why: "denied", hash, reason: "ann said yes twice" },
    ],
    [
      "a value that is no vote",
      [answer({ value: true })],
      1,
      { isApproved: false, why: "denied", hash, reason: "the decision was on something else" },
    ],
  ];
  for (const [name, answers, approvals, expected] of cases) {
    assert.deepEqual(judgeAnswers(answers, awaiting(approvals)), expected, name);
  }
});

test("whatever the answers, approved means as many distinct people as were asked for, and nobody against it", () => {
  const person = fc.constantFrom("ann", "bob", "cleo");
  const any = fc.oneof(
    person.map((by) => yes(by)),
    person.map((by) => no(by)),
    person.map((by) => yes(by, 50, "c".repeat(64))),
    person.map((by) => yes(by, 101)),
    fc.constant(expired),
  );
  fc.assert(
    fc.property(fc.array(any, { maxLength: 4 }), fc.integer({ min: 1, max: 3 }), (answers, approvals) => {
      const judged = judgeAnswers(answers, awaiting(approvals));
      if (!judged.isApproved) return;
      assert.ok(new Set(judged.by).size >= approvals);
      assert.ok(answers.every(({ result, atMs, from }) => "value" in result && atMs < 100 && from === "human"));
    }),
  );
});
