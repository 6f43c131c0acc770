import assert from "node:assert/strict";
import { test } from "node:test";
import type { HopId, TaskId } from "@troupe/runtime/internal";
import type { Observation } from "../observer/observation.ts";
import { TaskIndex } from "../observer/task-index.ts";
import { listDeadLetters } from "./list-dead-letters.ts";

const task = (n: number) => `0-v1-${String(n).padStart(26, "0")}` as TaskId;
const hop = (digit: string) => digit.repeat(26) as HopId;
const started = (n: number, tenant = "acme"): Observation => ({
  kind: "started",
  task: task(n),
  sequence: 1,
  atMs: n,
  mailbox: "a",
  passport: { index: 0, tenant, depth: 0, trail: [], taint: [], requires: [] },
  origin: undefined,
});
const died = (n: number, digit: string, isCalled = false): Observation => ({
  kind: "died",
  task: task(n),
  sequence: 2,
  atMs: n,
  hop: hop(digit),
  role: "a",
  body: {
    error: { code: "x", message: "y" },
    attempts: 3,
    ...(isCalled ? { reply: { to: "b", parent: hop("9"), wait: 1, index: 1 } } : {}),
  },
  writer: undefined,
});
const handedOn = (n: number, digit: string): Observation => ({
  kind: "handed_on",
  task: task(n),
  sequence: 3,
  atMs: n,
  hop: hop(digit),
});
const ended = (n: number): Observation => ({ kind: "ended", task: task(n), sequence: 4, atMs: n, isFromOutside: true });

function listed(observations: readonly Observation[], request = {}): readonly string[] {
  const index = new TaskIndex();
  for (const observation of observations) index.apply(observation);
  return listDeadLetters(index, request).dead_letters.map(
    ({ task_id: id, dead_letter_id: letter, state }) => `${Number(id.slice(5))} ${letter.slice(-1)} ${state}`,
  );
}

test("letters are listed newest first by what has become of them; a caller that was told is nobody's business", () => {
  const all = [
    [started(1), died(1, "1")],
    [started(2), died(2, "1"), handedOn(2, "1"), died(2, "2")],
    [started(3), died(3, "1"), ended(3)],
    [started(4), died(4, "1", true)],
    [started(5), died(5, "1"), handedOn(5, "1"), ended(5)],
  ].flat();
  assert.deepEqual(listed(all), ["3 1 ended", "2 2 parked", "1 1 parked"]);
  assert.deepEqual(listed(all, { state: "handed_on" }), ["2 1 handed_on"]);
  assert.deepEqual(listed(all, { state: "parked", limit: 1 }), ["2 2 parked"]);
});

test("another tenant's letters are not listed, of open tasks and of ended ones", () => {
  const all = [
    started(1, "acme"),
    died(1, "1"),
    started(2, "globex"),
    died(2, "1"),
    started(3, "acme"),
    died(3, "1"),
    ended(3),
  ];
  assert.deepEqual(listed(all, { tenant: "globex" }), ["2 1 parked"]);
  assert.deepEqual(listed(all, { tenant: "acme" }), ["3 1 ended", "1 1 parked"]);
});
