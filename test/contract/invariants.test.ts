import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TaskId } from "@troupe/runtime/internal";
import { toHistory } from "../support/history.ts";
import {
  by,
  hopA,
  hopB,
  hopC,
  hopCalled,
  type Line,
  line,
  startHop,
  stored,
  subjects,
  task,
  taskNumber,
} from "../support/history-lines.ts";
import { endsSoonAfter, violationsOf } from "../support/invariants.ts";

/** A relay a → b → c whose second hop was taken over: executor b1 recorded a step and fell silent, b2 claimed and went on. */
function takenOver(): Line[] {
  return [
    line(startHop, "client", "m.send.a", undefined, { n: 1 }, 1_000),
    line(hopA, "a", "m.send.b", by("a1", 0), { n: 1 }, 1_010),
    line(hopB, "b", "s.step.1", by("b1", 0), { name: "work", value: 1 }, 1_020),
    line(hopB, "b", "c.claim.1", by("b2", 1, "s.step.1"), { message: "…" }, 1_030),
    line(hopB, "b", "s.step.2", by("b2", 1, "c.claim.1"), { name: "more", value: 2 }, 1_040),
    line(hopB, "b", "m.send.c", by("b2", 1, "s.step.2"), { n: 2 }, 1_050),
    line(hopC, "c", "s.step.1", by("c1", 0), { name: "work", value: 3 }, 1_060),
    done("c1", 0, 1_070),
  ];
}
function done(nonce: string, claim: number, atMs: number): Line {
  return {
    subject: subjects.done(task),
    atMs,
    body: { status: "completed", result: 3, by: "c" },
    writer: by(nonce, claim, "s.step.1"),
  };
}

/** Its second step has the name of the first, and lies in this segment. */
const workedAgain = (segment: number): Line[] =>
  takenOver().map((old, i) =>
    i === 4 ? { ...old, body: { name: "work" }, writer: { ...by("b2", 1, "c.claim.1"), segment } } : old,
  );

const judge = (lines: readonly Line[], accepted: readonly TaskId[] = [task]) =>
  violationsOf(toHistory(subjects, stored(lines)), accepted);
const broken = (lines: readonly Line[], accepted?: readonly TaskId[]) => [
  ...new Set(judge(lines, accepted).map((v) => v.invariant)),
];
/** The history of `takenOver` with the line at `index` replaced by what `change` makes of it. */
function changed(index: number, change: (old: Line) => Line[]): Line[] {
  const lines = takenOver();
  const old = lines[index];
  assert.ok(old);
  lines.splice(index, 1, ...change(old));
  return lines;
}

describe("history checker", () => {
  it("finds nothing in a run in which a hop was taken over", () => assert.deepEqual(judge(takenOver()), []));

  it("notices a lost task: accepted, without an end", () =>
    assert.deepEqual(broken(takenOver().slice(0, -1)), ["ends once"]));

  it("notices an accepted task of which the log knows nothing", () => {
    const other = taskNumber(9);
    assert.deepEqual(broken(takenOver(), [task, other]), ["ends once"]);
  });

  it("notices a second terminal record", () =>
    assert.ok(broken([...takenOver(), done("c1", 0, 1_080)]).includes("ends once")));

  it("notices an end without a start", () => assert.ok(broken(takenOver().slice(1), []).includes("ends once")));

  it("takes the lone end of what was rejected at the queue for what it is", () => {
    const body = { status: "rejected", by: "client", error: { code: "invalid_message", message: "no task" } };
    const rejected: Line = { subject: subjects.done(task), atMs: 1_000, body };
    assert.deepEqual(broken([rejected], []), []);
    assert.deepEqual(broken([rejected], [task]), ["ends once"]);
  });

  it("notices a step recorded twice under two numbers", () => {
    const lines = changed(4, (old) => [{ ...old, body: { name: "work", value: 2 } }]);
    assert.deepEqual(broken(lines), ["steps once"]);
  });

  it("notices a step number that is stored twice", () => {
    const lines = changed(2, (old) => [old, { ...old, body: { name: "x" }, writer: by("b1", 0, "s.step.1") }]);
    assert.deepEqual(broken(lines), ["steps once"]);
  });

  it("notices a record that names another predecessor than the log has", () => {
    const lines = changed(5, (old) => [{ ...old, writer: by("b2", 1, "c.claim.1") }]);
    assert.deepEqual(broken(lines), ["one chain"]);
  });

  it("notices a displaced executor's step after the claim", () => {
    const lines = changed(4, (old) => [{ ...old, writer: by("b1", 0, "c.claim.1") }]);
    assert.ok(broken(lines).includes("zombies are silent"));
  });

  it("notices a displaced executor's commit after the claim", () => {
    const lines = changed(5, (old) => [{ ...old, writer: by("b1", 0, "s.step.2") }]);
    assert.deepEqual(broken(lines), ["zombies are silent"]);
  });

  it("notices two executors under one claim", () => {
    const lines = changed(4, (old) => [{ ...old, writer: by("b3", 1, "c.claim.1") }]);
    assert.ok(broken(lines).includes("zombies are silent"));
  });

  it("notices a claim number that nobody claimed", () => {
    const lines = changed(4, (old) => [{ ...old, writer: by("b3", 2, "c.claim.1") }]);
    assert.ok(broken(lines).includes("zombies are silent"));
  });

  it("notices an end stored by an executor whose hop another one had claimed", () => {
    const lines = changed(7, (end) => [
      line(hopC, "c", "c.claim.1", by("c2", 1, "s.step.1"), { message: "…" }, 1_065),
      end,
    ]);
    assert.deepEqual(broken(lines), ["zombies are silent"]);
  });

  it("notices an end by an executor that never wrote in the hop which another one had claimed", () => {
    const lines = changed(7, () => [
      line(hopC, "c", "c.claim.1", by("c2", 1, "s.step.1"), { message: "…" }, 1_065),
      done("c3", 0, 1_070),
    ]);
    assert.deepEqual(broken(lines), ["zombies are silent"]);
  });

  it("notices a second commit of a hop", () => {
    const lines = changed(5, (old) => [old, line(hopB, "b", "m.send.a", by("b2", 1, "m.send.c"), {}, 1_055)]);
    assert.deepEqual(broken(lines), ["one commit"]);
  });

  it("notices a hop that ended the task and sent a message as well", () => {
    const lines = [...takenOver(), line(hopC, "c", "m.send.a", by("c1", 0, "s.step.1"), {}, 1_080)];
    assert.deepEqual(broken(lines), ["one commit"]);
  });

  it("notices a record after the commit", () => {
    const lines = changed(1, (old) => [
      old,
      line(hopA, "a", "s.step.1", by("a1", 0, "m.send.b"), { name: "late" }, 1_012),
    ]);
    assert.deepEqual(broken(lines), ["one commit"]);
  });

  it("lets a parked hop answer whoever called it, and write nothing else", () => {
    const dead = line(hopB, "b", "c.dead.0", by("b2", 1, "s.step.2"), { error: {} }, 1_050);
    const reply = line(hopB, "b", "m.reply.a", by("b2", 1, "c.dead.0"), { error: {} }, 1_055);
    const late = line(hopB, "b", "s.step.3", by("b2", 1, "m.reply.a"), { name: "late" }, 1_056);
    assert.ok(!broken(changed(5, () => [dead, reply])).includes("one commit"));
    assert.ok(broken(changed(5, () => [dead, reply, late])).includes("one commit"));
  });

  it("lets whoever comes by publish what a parked hop owes, but no other record under its claim", () => {
    const dead = line(hopB, "b", "c.dead.0", by("b2", 1, "s.step.2"), { error: {} }, 1_050);
    const owed = line(hopB, "b", "m.reply.a", by("b3", 1, "c.dead.0"), { error: {} }, 1_055);
    const other = line(hopB, "b", "m.reply.a", by("b3", 1, "s.step.2"), { error: {} }, 1_055);
    assert.ok(!broken(changed(5, () => [dead, owed])).includes("zombies are silent"));
    assert.ok(broken(changed(5, () => [other])).includes("zombies are silent"));
  });

  it("lets a hop do a step of the same name again after it has waited", () => {
    assert.deepEqual(broken(workedAgain(0)), ["steps once"]);
    assert.deepEqual(broken(workedAgain(1)), []);
  });

  it("notices a promised output that was never published", () => {
    const promise = { need: 1, for: [{ type: "call", hop: hopCalled, index: 1, to: "d", body: 1 }], input: "…" };
    const wait = line(hopB, "b", "c.wait.0", by("b2", 1, "s.step.2"), promise, 1_045);
    const call = line(hopCalled, "b", "m.call.d", by("b2", 1), 1, 1_046);
    const send = line(hopB, "b", "m.send.c", by("b2", 1, "c.wait.0"), { n: 2 }, 1_050);
    assert.deepEqual(broken(changed(5, () => [wait, call, send])), []);
    assert.deepEqual(broken(changed(5, () => [wait, send])), ["outputs complete"]);
  });

  it("notices what cannot be read", () => {
    const lines = changed(2, (old) => [old, { subject: "check.log.0.v1.x", atMs: 0, body: 1 }]);
    assert.deepEqual(broken(lines), ["all readable"]);
  });

  it("notices a task that outlives a fault by more than the limit", () => {
    const history = toHistory(subjects, stored(takenOver()));
    assert.deepEqual(endsSoonAfter(history, [1_025], 50), []);
    assert.equal(endsSoonAfter(history, [1_025], 40).length, 1);
    assert.deepEqual(
      endsSoonAfter(history, [900, 2_000], 40),
      [],
      "faults before its start and after its end do not count",
    );
    const lost = toHistory(subjects, stored(takenOver().slice(0, -1)));
    assert.equal(endsSoonAfter(lost, [1_025], 8_000).length, 1, "a task that never ends is late too");
  });
});
