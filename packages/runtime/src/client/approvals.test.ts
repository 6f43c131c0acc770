import assert from "node:assert/strict";
import { test } from "node:test";
import { type ApprovalTerms, approvalHash } from "../contracts/approval.ts";
import { Subjects } from "../contracts/subjects.ts";
import type { HopId, TaskId } from "../ids.ts";
import { approvalsOf } from "./approvals.ts";
import type { TaskRecord } from "./task-record.ts";

const subjects = new Subjects("troupe");
const TASK = `0-v1-${"0".repeat(26)}` as TaskId;
const hop = (digit: string): HopId => digit.repeat(26) as HopId;

function record(at: HopId, from: string, name: string, atMs: number, body: unknown): TaskRecord {
  const subject = subjects.parseLog(`${subjects.hop(TASK, at)}.${from}.${name}`);
  assert.ok(subject);
  return { sequence: atMs, atMs, subject, header: undefined, body };
}

const terms: ApprovalTerms = { act: { pay: 1 }, approvals: 2 };
const hash = approvalHash(TASK, "payer", terms);
const slot = (digit: string, change: object = {}) => ({
  type: "approval",
  hop: hop(digit),
  index: 1,
  hash,
  afterMs: 500,
  ...change,
});
const waitFor = (...slots: object[]) =>
  record(hop("1"), "payer", "c.wait.1", 1_000, { need: 2, for: slots, input: subjects.start(TASK, "payer") });
const wait = waitFor(slot("2", { terms }), slot("3"));
const vote = (by: string) => ({ hash, by, proof: "http" });
const yes = (digit: string, by: string, atMs = 1_100) =>
  record(hop(digit), "human", "m.reply.payer", atMs, { value: vote(by) });
const no = (digit: string, by: string) =>
  record(hop(digit), "human", "m.reply.payer", 1_100, {
    error: { code: "approval_denied", message: "no", details: vote(by) },
  });
const end = record(hop("1"), "payer", "c.claim.1", 1_600, {});

test("what an approval comes to is read off its answers", () => {
  const cases: readonly (readonly [string, readonly TaskRecord[], string, string | undefined])[] = [
    ["nobody yet", [wait], "pending", "2"],
    ["one of two", [wait, yes("2", "ann")], "pending", "3"],
    ["both", [wait, yes("2", "ann"), yes("3", "bob")], "approved", undefined],
    ["one no", [wait, yes("2", "ann"), no("3", "bob")], "denied", undefined],
    ["a yes that was stored too late", [wait, yes("2", "ann"), yes("3", "bob", 1_500)], "expired", undefined],
    [
      "the clock",
      [wait, record(hop("2"), "timer", "m.reply.payer", 1_500, { error: { code: "approval_expired", message: "" } })],
      "expired",
      undefined,
    ],
    [
      "a task that ended",
      [wait, { ...end, subject: { ...end.subject, hop: "end", name: { class: "t", kind: "done", to: "client" } } }],
      "void",
      undefined,
    ],
  ];
  for (const [name, records, state, next] of cases) {
    const [approval] = approvalsOf(subjects, records);
    assert.deepEqual([approval?.state, approval?.next?.awaited.hop[0]], [state, next], name);
  }
});

test("what does not hash to what it says, or wants its answer in another role's mailbox, is no approval", () => {
  const other = { ...terms, act: { pay: 1_000_000 } };
  assert.deepEqual(approvalsOf(subjects, [waitFor(slot("2", { terms: other }), slot("3"))]), []);
  assert.deepEqual(approvalsOf(subjects, [waitFor(slot("2", { terms }))]), [], "fewer answers than it says");
  const body = { need: 2, for: [slot("2", { terms }), slot("3")], input: subjects.start(TASK, "other") };
  assert.deepEqual(approvalsOf(subjects, [record(hop("1"), "payer", "c.wait.1", 1_000, body)]), []);
});
