import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Round } from "../chaos/suite/evidence.ts";
import { invalidity, violationsIn } from "../chaos/suite/judge.ts";
import { outcomeOf, reportOf } from "../chaos/suite/report.ts";
import { calmRound } from "../support/calm-round.ts";
import { toHistory } from "../support/history.ts";
import { by, hopA, hopB, hopC, line, startHop, stored, subjects, task } from "../support/history-lines.ts";

interface End {
  readonly atMs?: number;
  readonly body?: unknown;
}

const input = { workMs: 1, number: 7, effects: "http://127.0.0.1:1/" };
const struckNode = {
  fault: "node-killed",
  target: "node-2",
  missed: [],
  atMs: 1_000,
  healedAtMs: 1_200,
  unseen: undefined,
};

function linesOf({ atMs = 1_500, body = { status: "completed", result: { number: 7, receipt: 3 }, by: "last" } }: End) {
  return [
    line(startHop, "client", "m.send.door", undefined, input, 1_000),
    line(hopA, "door", "m.send.worker", by("a1", 0), input, 1_010),
    line(hopB, "worker", "s.step.1", by("b1", 0), { name: "effect", value: 3 }, 1_020),
    line(hopB, "worker", "m.send.last", by("b1", 0, "s.step.1"), { number: 7, receipt: 3 }, 1_030),
    line(hopC, "last", "s.step.1", by("c1", 0), { name: "x", value: 1 }, 1_040),
    { subject: subjects.done(task), atMs, body, writer: by("c1", 0, "s.step.1") },
  ];
}

/** A task that ran through door, worker and last while node-2 was killed. */
function round(end: End = {}, change: Partial<Round> = {}): Round {
  return calmRound({
    history: toHistory(subjects, stored(linesOf(end))),
    accepted: [task],
    received: [{ number: 7, key: "k", receipt: 3, atMs: 0 }],
    struck: [struckNode],
    ...change,
  });
}

/** Calls of the task at the model, each its own. */
const calls = (count: number, fault?: "stall") =>
  Array.from({ length: count }, (_, i) => ({
    role: "payer",
    model: "m",
    isStream: true,
    fault,
    idempotencyKey: `${task}/${hopA}/${i}`,
  }));

const outcome = (of: Round, leastEnds: number, overdue?: string) =>
  outcomeOf(reportOf(of, { seed: 1, leastEnds, overdue }));
const invariants = (of: Round) => [...new Set(violationsIn(of).map((violation) => violation.invariant))];
const died = (about: string, atMs: number) => ({
  v: 1 as const,
  sequence: 1,
  at: new Date(atMs).toISOString(),
  name: "node.dead",
  about,
  reason: "silent",
});

describe("the judge of the fault suite", () => {
  it("finds nothing in a good round", () => assert.deepEqual(violationsIn(round()), []));

  it("takes the end of a message that two executors died on for what was promised", () => {
    const body = { status: "failed", error: { code: "poison_message", message: "two died" }, by: "worker" };
    assert.deepEqual(invariants(round({ body })), []);
  });

  it("notices a task of the load that failed", () => {
    const body = { status: "failed", error: { code: "handler_failed", message: "boom" }, by: "last" };
    assert.deepEqual(invariants(round({ body })), ["ends well"]);
  });

  it("notices a result with a receipt that was given for something else, or never", () => {
    assert.deepEqual(invariants(round({}, { received: [{ number: 7, key: "k", receipt: 4, atMs: 0 }] })), [
      "ends well",
    ]);
    assert.deepEqual(invariants(round({}, { received: [] })), ["ends well"]);
  });

  it("notices an effect under two keys; under one it may come again", () => {
    const first = { number: 7, key: "k", receipt: 3, atMs: 0 };
    assert.deepEqual(invariants(round({}, { received: [first, first] })), []);
    const other = { number: 7, key: "other", receipt: 3, atMs: 0 };
    assert.deepEqual(invariants(round({}, { received: [first, other] })), ["effects once"]);
  });

  it("notices an end more than a minute after the last healing, and a stray task without an end", () => {
    assert.deepEqual(invariants(round({ atMs: 61_300 })), ["ends in time"]);
    assert.deepEqual(invariants(round({}, { history: toHistory(subjects, []), accepted: [], strays: [task] })), [
      "ends once",
    ]);
  });

  it("gives more time, and asks for less, where others need the machine", () => {
    assert.deepEqual(invariants(round({ atMs: 61_300 }, { slowness: 2 })), []);
    assert.deepEqual(invariants(round({ atMs: 121_300 }, { slowness: 2 })), ["ends in time"]);
    assert.equal(invalidity(round({}, { slowness: 2 }), 2), undefined);
    assert.match(invalidity(round({}, { slowness: 2 }), 3) ?? "", /only 1 tasks ended/);
  });

  it("tells a round that proves nothing from one in which something is wrong", () => {
    assert.equal(outcome(round(), 1), "held");
    assert.equal(outcome(round(), 2), "proves nothing");
    assert.equal(outcome(round(), 1, "a whole system"), "failed");
    assert.equal(outcome(round({}, { received: [] }), 2), "failed");
  });

  it("notices a message that only the sweeper brought back, unless its delivery was taken away", () => {
    const copy = line(startHop, "supervisor", "m.again1.door", undefined, input, 1_020);
    const history = (atMs: number) => toHistory(subjects, stored([...linesOf({}), { ...copy, atMs }]));
    assert.deepEqual(invariants(round({}, { history: history(1_020) })), ["nothing lost"]);
    const struck = [
      { fault: "deliveries-lost", target: "node-1", missed: [], atMs: 1_005, healedAtMs: 1_010, unseen: undefined },
    ];
    assert.deepEqual(invariants(round({}, { history: history(1_020), struck })), []);
  });

  it("counts at the model what a task spends: ten calls, each once, without those that failed there", () => {
    assert.deepEqual(invariants(round({}, { modelCalls: calls(10) })), []);
    assert.deepEqual(invariants(round({}, { modelCalls: calls(11) })), ["budgets kept"]);
    assert.deepEqual(invariants(round({}, { modelCalls: calls(11, "stall") })), []);
    assert.deepEqual(invariants(round({}, { modelCalls: [...calls(10), ...calls(10)] })), []);
  });

  it("notices the death of a node that nothing was done to", () => {
    assert.deepEqual(invariants(round({}, { events: [died("node-2/x", 1_100)] })), []);
    assert.deepEqual(invariants(round({}, { events: [died("node-1", 1_100)] })), ["no needless death"]);
    assert.deepEqual(invariants(round({}, { events: [died("node-2", 30_000)] })), ["no needless death"]);
    assert.deepEqual(invariants(round({}, { events: [died("node-2", 30_000)], slowness: 2 })), []);
    const struck = [{ ...struckNode, missed: ["node-1"] }];
    assert.deepEqual(invariants(round({}, { struck, events: [died("node-1", 1_100)] })), []);
  });

  it("says why a round proves nothing", () => {
    assert.match(invalidity(round(), 2) ?? "", /only 1 tasks ended/);
    assert.match(invalidity(round({}, { struck: [] }), 0) ?? "", /no fault struck/);
    const [strike] = round().struck;
    assert.ok(strike);
    const unseen = { ...strike, unseen: "nothing went over the link" };
    assert.match(invalidity(round({}, { struck: [unseen] }), 0) ?? "", /nothing went over the link/);
    assert.equal(invalidity(round(), 0), undefined);
  });
});
