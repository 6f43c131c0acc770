import assert from "node:assert/strict";
import { test } from "node:test";
import type { WaitBody } from "../contracts/bodies.ts";
import { BED_HOP, BED_TASK } from "../testing/hop-bed.ts";
import { hopOfSend, SUBJECTS } from "../testing/sim-place.ts";
import { losersOf } from "./losers.ts";

const hops = [0, 1, 2].map((index) => hopOfSend("a", BED_TASK, BED_HOP, index));
const [first, second, third] = hops;
assert.ok(first && second && third);
const wait: WaitBody = {
  need: 1,
  for: [
    { type: "call", hop: first, index: 1, to: "b", body: null },
    { type: "timer", hop: second, index: 2, afterMs: 5 },
    { type: "call", hop: third, index: 3, to: "b", body: null },
  ],
  input: "x",
};
const reply = (hop: typeof first, from: string) =>
  SUBJECTS.record(BED_TASK, hop, from, { class: "m", kind: "reply", to: "a" });

test("the calls that no answer came from have lost, timers have nothing to end", () => {
  assert.deepEqual(losersOf(wait, [reply(first, "b")], SUBJECTS), [third]);
  assert.deepEqual(losersOf(wait, [reply(second, "timer")], SUBJECTS), [first, third]);
  assert.deepEqual(losersOf(wait, [reply(third, "b"), reply(first, "b")], SUBJECTS), []);
});

test("a call that the timer answered instead of its role has lost, also where every call is answered", () => {
  const calls: WaitBody = { ...wait, for: wait.for.filter(({ type }) => type === "call") };
  assert.deepEqual(losersOf(calls, [reply(first, "timer"), reply(third, "b")], SUBJECTS), [first]);
});

test("a join that took every answer has no losers", () => {
  const all = [reply(first, "b"), reply(second, "timer"), reply(third, "b")];
  assert.deepEqual(losersOf(wait, all, SUBJECTS), []);
});
