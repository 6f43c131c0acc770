import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_HINTED_TASKS } from "../contracts/live-hint.ts";
import type { TaskId } from "../ids.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { LiveHints } from "./live-hints.ts";

function hintsInTest() {
  const clock = new ManualClock();
  const told: (readonly string[])[] = [];
  const hints = new LiveHints(clock, ({ tasks }) => told.push(tasks));
  return { clock, told, add: (task: string) => hints.add(task as TaskId), flush: () => hints.flush() };
}

test("what is recorded in one moment is told in one message, each run of one task once", async () => {
  const { clock, told, add } = hintsInTest();
  for (const task of ["a", "a", "b", "a"]) add(task);
  assert.deepEqual(told, []);
  await clock.advance(20);
  assert.deepEqual(told, [["a", "b", "a"]]);
  add("c");
  await clock.advance(20);
  assert.deepEqual(told.at(-1), ["c"]);
});

test("no message names more tasks than one may, and nothing is told twice", async () => {
  const { clock, told, add, flush } = hintsInTest();
  for (let i = 0; i <= MAX_HINTED_TASKS; i++) add(String(i));
  assert.equal(told.length, 1);
  assert.equal(told[0]?.length, MAX_HINTED_TASKS);
  flush();
  assert.deepEqual(told[1], [String(MAX_HINTED_TASKS)]);
  await clock.advance(20);
  assert.equal(told.length, 2);
});
