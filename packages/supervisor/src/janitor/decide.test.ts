import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskId } from "@troupe/runtime/internal";
import type { EndedTask } from "../observer/task-index.ts";
import { leavingTasks } from "./decide.ts";

const task = (name: string, endedAtMs: number, mayStillRun = false): EndedTask => ({
  task: name as TaskId,
  mailbox: "a",
  startedAtMs: 0,
  endedAtMs,
  sequence: 1,
  isFromOutside: mayStillRun,
  hasWaited: false,
  session: undefined,
  origin: undefined,
  tenant: undefined,
  isDeadLettered: false,
  deaths: new Map(),
  handedOn: new Set(),
  mayStillRun,
});

const leaving = (ended: EndedTask[], keepFinished: number, nowMs: number, stay: string[] = [], held: string[] = []) => {
  const limits = { retainMs: 100, keepFinished, batch: 3 };
  const all = leavingTasks(ended, ended.length, new Set(stay as TaskId[]), new Set(held as TaskId[]), limits, nowMs);
  return all.map(({ task: id, isEarly }) => (isEarly ? `${id}?` : id));
};

test("tasks leave by age, and the oldest ones when there are too many", () => {
  const ended = [task("a", 0), task("b", 50), task("c", 60), task("d", 70), task("e", 80)];
  assert.deepEqual(leaving(ended, 10, 99), []);
  assert.deepEqual(leaving(ended, 10, 100), ["a"]);
  assert.deepEqual(leaving(ended, 3, 99), ["a?", "b?"]);
  assert.deepEqual(leaving(ended, 3, 150), ["a", "b"]);
  assert.deepEqual(leaving(ended, 0, 99), ["a?", "b?", "c?"], "a round has a limit");
});

test("young tasks that somebody may still run stay, and no other goes in their stead", () => {
  const ended = [task("a", 0, true), task("b", 50), task("c", 60), task("d", 70)];
  assert.deepEqual(leaving(ended, 2, 99), ["b?"]);
  assert.deepEqual(leaving(ended, 2, 99, ["b"]), []);
  assert.deepEqual(leaving(ended, 2, 100), ["a", "b?"]);
});

test("what is held stays, however old or many", () => {
  const ended = [task("a", 0), task("b", 50), task("c", 60)];
  assert.deepEqual(leaving(ended, 10, 100, [], ["a"]), []);
  assert.deepEqual(leaving(ended, 10, 150, [], ["a"]), ["b"]);
  assert.deepEqual(leaving(ended, 1, 99, [], ["a"]), ["b?"]);
});
