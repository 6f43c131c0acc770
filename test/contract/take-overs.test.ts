import assert from "node:assert/strict";
import { it } from "node:test";
import { toHistory } from "../support/history.ts";
import { by, hopA, hopB, hopCalled, type Line, line, startHop, stored, subjects } from "../support/history-lines.ts";
import { takeOversAfter } from "../support/take-overs.ts";

const KILL = { node: "n1", atMs: 2_000 };
const judged = (lines: readonly Line[]) => takeOversAfter(toHistory(subjects, stored(lines)), KILL);
const start = line(startHop, "client", "m.send.a", undefined, {}, 1_000);

/** `b` on n1 waits for what `c` on n1 is asked; somebody else ends the call at `answeredMs` and goes on with `b` 5 ms later. */
const waiting = (answeredMs: number): Line[] => [
  start,
  line(hopB, "b", "c.wait.1", by("n1", 0), {}, 1_100),
  line(hopCalled, "c", "s.step.1", by("n1", 0), {}, 1_200),
  line(hopCalled, "c", "c.claim.1", by("n2", 1, "s.step.1"), {}, 2_300),
  { ...line(hopCalled, "c", "m.reply.b", by("n2", 1, "c.claim.1"), {}, answeredMs), parent: hopB },
  line(hopB, "b", "c.claim.1", by("n3", 1, "c.wait.1"), {}, answeredMs + 5),
];

it("a hop that ran counts from the kill", () => {
  const lines = [
    start,
    line(hopA, "a", "s.step.1", by("n1", 0), {}, 1_100),
    line(hopA, "a", "c.claim.1", by("n2", 1, "s.step.1"), {}, 2_250),
  ];
  assert.deepEqual(judged(lines), { delaysMs: [250], needless: 0 });
});

it("a hop that waited for an answer counts from the answer: until then it was nobody's work", () => {
  assert.deepEqual(judged(waiting(4_000)), { delaysMs: [5, 300], needless: 0 });
});

it("a hop whose answer was there before the kill counts from the kill", () => {
  const [, wait, step, , reply, claim] = waiting(1_900);
  assert.ok(wait && step && reply && claim);
  const lines = [start, wait, step, reply, { ...claim, atMs: 2_400 }];
  assert.deepEqual(judged(lines), { delaysMs: [400], needless: 0 });
});

it("a hop that another node held was taken needlessly", () => {
  const lines = [
    start,
    line(hopA, "a", "s.step.1", by("n2", 0), {}, 1_100),
    line(hopA, "a", "c.claim.1", by("n3", 1, "s.step.1"), {}, 2_250),
  ];
  assert.deepEqual(judged(lines), { delaysMs: [], needless: 1 });
});
