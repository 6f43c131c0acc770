import assert from "node:assert/strict";
import { test } from "node:test";
import { type HopId, type Passport, Subjects, type TaskId, type TaskRecord } from "@troupe/runtime/internal";
import type { Died } from "../observer/observation.ts";
import { type DeadLetterCase, decideDeadLetter } from "./decide.ts";

const subjects = new Subjects("troupe");
const TASK = `0-v1-${"0".repeat(26)}` as TaskId;
const HOP = "1".repeat(26) as HopId;

const passport = (changes: Partial<Passport> = {}): Passport => ({
  index: 4,
  tenant: "acme",
  depth: 7,
  trail: ["x", "y"],
  taint: ["web"],
  requires: ["gpu"],
  ...changes,
});

function message(from: string, name: string, changes: Partial<Passport> = {}): TaskRecord {
  const subject = subjects.parseLog(`${subjects.hop(TASK, HOP)}.${from}.${name}`);
  assert.ok(subject);
  return { sequence: 1, atMs: 0, subject, header: { passport: passport(changes) }, body: { ask: 1 } };
}

const died = (code: string, changes: Partial<Died["body"]> = {}): Died => ({
  kind: "died",
  task: TASK,
  hop: HOP,
  role: "planner",
  sequence: 9,
  atMs: 0,
  body: { error: { code, message: "m" }, attempts: 3, ...changes },
  writer: undefined,
});

const given = (changes: Partial<DeadLetterCase> = {}): DeadLetterCase => ({
  death: died("handler_failed"),
  isEnded: false,
  escalation: "escalation",
  input: message("router", "m.send.planner"),
  records: [],
  remainingMs: 500,
  ...changes,
});

test("what becomes of a dead letter", () => {
  const cases: [string, Partial<DeadLetterCase>, string][] = [
    ["an escalation role is declared", {}, "escalate"],
    ["the task has ended", { isEnded: true }, "none"],
    ["a called hop", { death: died("x", { reply: { to: "a", parent: HOP, wait: 1, index: 0 } }) }, "none"],
    ["no escalation role", { escalation: undefined }, "end"],
    ["the escalation role itself", { escalation: "planner" }, "end"],
    ["no escalation role, and the system parks", { escalation: undefined, parks: true }, "park"],
    ["the escalation role itself, and the system parks", { escalation: "planner", parks: true }, "park"],
    [
      "aborted by a rule, and the system parks",
      { death: died("aborted_by_rule"), escalation: undefined, parks: true },
      "end",
    ],
    ["the input is not found", { input: undefined }, "end"],
    ["over the hop limit, the first time", { death: died("hop_limit") }, "escalate"],
    [
      "over the hop limit, again",
      { death: died("hop_limit"), records: [message("supervisor", "m.send.escalation", { depth: 0 })] },
      "end",
    ],
    ["another failure after that", { records: [message("supervisor", "m.send.escalation", { depth: 0 })] }, "escalate"],
  ];
  for (const [name, changes, kind] of cases) assert.equal(decideDeadLetter(given(changes)).kind, kind, name);
});

test("the escalated message hands the task's passport down, one hop deeper, with what is left of the deadline", () => {
  const action = decideDeadLetter(
    given({ input: message("router", "m.call.planner", { parent: HOP, wait: 2, replyTo: "router" }) }),
  );
  assert.ok(action.kind === "escalate");
  assert.deepEqual(action.passport, {
    ...passport(),
    index: 0,
    depth: 8,
    parent: undefined,
    wait: undefined,
    replyTo: undefined,
    remainingMs: 500,
  });
  assert.deepEqual(action.body, {
    reason: "m",
    role: "planner",
    message: { ask: 1 },
    error: { code: "handler_failed", message: "m" },
  });
});

const ended = (remainingMs: number | undefined) => {
  const action = decideDeadLetter(given({ death: died("aborted_by_rule"), remainingMs }));
  return action.kind === "end" ? action.body.status : action.kind;
};

test("a task that a rule has ended at its deadline is expired, one that it ended before has failed", () => {
  assert.deepEqual(
    [ended(0), ended(1_000), ended(1_001), ended(undefined)],
    ["expired", "expired", "failed", "failed"],
  );
});

test("a task over its hop limit starts a new stretch, a loop forgets its trail", () => {
  const over = decideDeadLetter(given({ death: died("hop_limit") }));
  assert.ok(over.kind === "escalate");
  assert.deepEqual([over.passport.depth, over.passport.trail], [0, ["x", "y"]]);
  const loop = decideDeadLetter(given({ death: died("loop_detected") }));
  assert.ok(loop.kind === "escalate");
  assert.deepEqual([loop.passport.depth, loop.passport.trail], [8, []]);
});

test("the error that ends a task says which role died of it", () => {
  const action = decideDeadLetter(given({ escalation: undefined, death: died("tool_failed") }));
  assert.ok(action.kind === "end");
  assert.deepEqual(action.body, {
    status: "failed",
    error: { code: "tool_failed", message: "m", details: { role: "planner" } },
    by: "supervisor",
  });
});

const taintFrom = (from: string): readonly string[] | undefined => {
  const action = decideDeadLetter(given({ input: message(from, "m.send.planner"), clientLabels: ["client"] }));
  return action.kind === "escalate" ? action.passport.taint : undefined;
};

test("what came from the client goes to the escalation role as content of a client", () => {
  assert.deepEqual([taintFrom("client"), taintFrom("router")], [["web", "client"], ["web"]]);
});
