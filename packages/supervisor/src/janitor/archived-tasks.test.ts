import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskId } from "@troupe/runtime/internal";
import { TaskIndex } from "../observer/task-index.ts";
import { ArchivedTasks } from "./archived-tasks.ts";

const MINUTE = 60_000;
const task = (number: number) => `0-v1-${String(number).padStart(26, "0")}` as TaskId;

/** As many tasks that ended a minute apart, and a log that holds all of them. */
function ended(count: number) {
  const index = new TaskIndex();
  const log = new Set<TaskId>();
  for (let i = 0; i < count; i++) {
    index.apply({ kind: "ended", task: task(i), sequence: i, atMs: i * MINUTE, isFromOutside: false });
    log.add(task(i));
  }
  return { index, log };
}

test("what the leader should have moved is looked for, and forgotten when it is gone", async () => {
  const { index, log } = ended(6);
  const asked: TaskId[] = [];
  const isInLog = async (id: TaskId) => {
    asked.push(id);
    return log.has(id);
  };
  let nowMs = 0;
  const limits = { retainMs: 10 * MINUTE, keepFinished: 100, batch: 4 };
  const archived = new ArchivedTasks({ index, isInLog, limits, nowMs: () => nowMs });
  nowMs = 10.9 * MINUTE;
  assert.equal(await archived.look(), 0, "a tenth later than the leader");
  nowMs = 13 * MINUTE;
  log.delete(task(1));
  assert.equal(await archived.look(), 3);
  assert.deepEqual(asked, [task(0), task(1), task(2)]);
  assert.deepEqual([index.ended(task(0)) !== undefined, index.ended(task(1))], [true, undefined]);
  assert.equal(await archived.look(), 0, "what was found is not looked for again at once");
  log.delete(task(0));
  nowMs = 24 * MINUTE;
  assert.equal(await archived.look(), 4, "a full batch: there may be more");
  assert.equal(index.ended(task(0)), undefined);
  assert.equal(index.endedCount, 4);
});

test("of too many the oldest are looked for, but none that may still run", async () => {
  const { index } = ended(12);
  index.apply({ kind: "forked", task: task(0), sequence: 100, atMs: 0 });
  const limits = { retainMs: 1_000 * MINUTE, keepFinished: 9, batch: 10 };
  const archived = new ArchivedTasks({ index, isInLog: async () => false, limits, nowMs: () => 12 * MINUTE });
  assert.equal(await archived.look(), 1);
  assert.deepEqual([index.endedCount, index.ended(task(1))], [11, undefined]);
});

const unanswered = () => Promise.reject(new Error("nobody answers"));

test("what cannot be asked stays", async () => {
  const { index } = ended(1);
  const limits = { retainMs: 1, keepFinished: 9, batch: 10 };
  const archived = new ArchivedTasks({ index, isInLog: unanswered, limits, nowMs: () => MINUTE });
  await assert.rejects(archived.look(), /nobody answers/);
  assert.equal(index.endedCount, 1);
});
