import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createLogger,
  doneRecord,
  jsonRecord,
  newTaskId,
  Subjects,
  seededRandom,
  type TaskId,
  type Version,
} from "@troupe/runtime/internal";
import { ManualClock, SimLog } from "@troupe/runtime/internal-testing";
import { EndWatch } from "./end-watch.ts";

const subjects = new Subjects("demo");
const logger = createLogger({ name: "test", level: "silent" });
const version = "v1" as Version;

function watching() {
  const clock = new ManualClock();
  const random = seededRandom(1);
  const log = new SimLog();
  const archived = new Set<TaskId>();
  const ended: TaskId[] = [];
  const listeners: ((task: TaskId) => void)[] = [];
  const watch = new EndWatch({
    notices: (onEnd) => {
      listeners.push(onEnd);
      return () => undefined;
    },
    subjects,
    log,
    archive: { has: (task) => Promise.resolve(archived.has(task)) },
    clock,
    logger,
    onEnd: (task) => void ended.push(task),
  });
  const task = () => newTaskId(0, version, clock, random);
  const start = (id: TaskId) => log.append(jsonRecord(subjects.start(id, "router"), {}, null));
  const end = (id: TaskId) => log.append(doneRecord(subjects, id, { status: "completed", by: "router", result: null }));
  return {
    clock,
    archived,
    ended,
    watch,
    task,
    start,
    end,
    notice: (id: TaskId) => listeners.forEach((onEnd) => onEnd(id)),
  };
}

test("a notice tells the end of a watched task, once", () => {
  const { ended, watch, task, notice } = watching();
  const [one, other] = [task(), task()];
  watch.watch(one);
  for (const id of [one, one, other]) notice(id);
  assert.deepEqual(ended, [one]);
  watch.stop();
});

test("where the notice is lost, the log tells it; a task that runs is watched on", async () => {
  const { clock, ended, watch, task, start, end } = watching();
  const [over, running] = [task(), task()];
  for (const id of [over, running]) {
    await start(id);
    watch.watch(id);
  }
  await end(over);
  await clock.advance(120_000);
  assert.deepEqual(ended, [over]);
  await end(running);
  await clock.advance(60_000);
  assert.deepEqual(ended, [over, running]);
  watch.stop();
});

test("a task whose start was never stored, or that has left the log, takes no place for ever", async () => {
  const { clock, ended, watch, task } = watching();
  const id = task();
  watch.watch(id);
  await clock.advance(20_000);
  assert.deepEqual(ended, [], "its start may be on the way");
  await clock.advance(40_000);
  assert.deepEqual(ended, [id]);
  watch.stop();
});

test("a turn that has not begun is watched until it is in the archive", async () => {
  const { clock, ended, watch, task, archived } = watching();
  const id = task();
  watch.watch(id, true);
  await clock.advance(300_000);
  assert.deepEqual(ended, []);
  archived.add(id);
  await clock.advance(60_000);
  assert.deepEqual(ended, [id]);
  watch.stop();
});
