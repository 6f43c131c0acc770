import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toHistory } from "../support/history.ts";
import { by, hopA, hopB, hopC, type Line, line, startHop, stored, subjects, task } from "../support/history-lines.ts";
import { relayViolations } from "../support/relay-invariants.ts";

interface Run {
  readonly recorded: number;
  readonly result: unknown;
  readonly status?: string;
  readonly stepName?: string;
  readonly more?: readonly Line[];
}

/** A relay that ended with `result` after b had recorded `recorded`. */
function defects({ recorded, result, status = "completed", stepName = "work", more = [] }: Run): string[] {
  const lines = [
    line(startHop, "client", "m.send.a", undefined, { workMs: 30, number: 1 }, 1),
    line(hopA, "a", "m.send.b", by("a1", 0), { workMs: 30, number: 1 }, 2),
    line(hopB, "b", "s.step.1", by("b1", 0), { name: stepName, value: recorded }, 3),
    line(hopB, "b", "m.send.c", by("b1", 0, "s.step.1"), { number: 1, drawn: recorded }, 4),
    ...more,
    { subject: subjects.done(task), atMs: 5, body: { status, result, by: "c" }, writer: by("c1", 0) },
  ];
  return relayViolations(toHistory(subjects, stored(lines))).map((violation) => violation.detail);
}

describe("relay checker", () => {
  it("finds nothing when the recorded value was passed on", () =>
    assert.deepEqual(defects({ recorded: 7, result: { number: 1, drawn: 7 } }), []));

  it("notices an answer made from another value than the recorded one", () =>
    assert.match(defects({ recorded: 7, result: { number: 1, drawn: 8 } })[0] ?? "", /its step recorded 7/));

  it("notices another task's answer", () =>
    assert.match(defects({ recorded: 7, result: { number: 2, drawn: 7 } })[0] ?? "", /another task's number/));

  it("notices a task that did not complete", () =>
    assert.match(defects({ recorded: 7, result: null, status: "failed" })[0] ?? "", /ended failed/));

  it("notices a second step of the same work", () => {
    const more = [line(hopB, "b", "s.step.2", by("b2", 1, "s.step.1"), { name: "again", value: 9 }, 5)];
    assert.match(defects({ recorded: 7, result: { number: 1, drawn: 7 }, more })[0] ?? "", /b recorded 2 steps/);
  });

  it("notices a role that was sent two messages", () => {
    const more = [line(hopC, "c", "m.send.c", by("c1", 0), {}, 5)];
    assert.match(defects({ recorded: 7, result: { number: 1, drawn: 7 }, more })[0] ?? "", /role c got 2 messages/);
  });

  it("notices a step of another name", () =>
    assert.match(
      defects({ recorded: 7, result: { number: 1, drawn: 7 }, stepName: "other" })[0] ?? "",
      /recorded a step/,
    ));
});
