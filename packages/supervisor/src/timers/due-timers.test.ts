import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Awaited,
  createLogger,
  type HopId,
  type NewRecord,
  Subjects,
  seededRandom,
  type TaskId,
  type TaskLog,
} from "@troupe/runtime/internal";
import { ManualClock } from "@troupe/runtime/internal-testing";
import fc from "fast-check";
import type { Observation } from "../observer/observation.ts";
import { TaskIndex } from "../observer/task-index.ts";
import { DueTimers } from "./due-timers.ts";

const subjects = new Subjects("troupe");
const START_MS = 1_000_000;
const task = (n: number) => `0-v1-${String(n).padStart(26, "0")}` as TaskId;

/** A log that takes everything, and can be told to lose answers. */
class RecordingLog implements TaskLog {
  readonly written: NewRecord[] = [];
  losing = 0;
  append(record: NewRecord) {
    if (this.losing-- > 0) return Promise.resolve({ kind: "refused" as const, code: 1, text: "broken" });
    this.written.push(record);
    return Promise.resolve({ kind: "stored" as const, sequence: this.written.length });
  }
  last() {
    return Promise.resolve(undefined);
  }
  get() {
    return Promise.resolve(undefined);
  }
}

function bench() {
  const clock = new ManualClock(START_MS);
  const log = new RecordingLog();
  const index = new TaskIndex();
  const logger = createLogger({ name: "test", level: "silent" });
  const timers = new DueTimers({ subjects, index, ports: { log, clock, random: seededRandom(1) }, logger });
  const see = (observation: Observation) => {
    index.apply(observation);
    timers.observe(observation);
  };
  const writtenAt = async (ms: number) => {
    await clock.advance(ms - clock.monotonicMs());
    await timers.fireDue();
    return log.written.splice(0);
  };
  const fireAt = async (ms: number) => (await writtenAt(ms)).map(({ subject }) => subject);
  return { see, fireAt, writtenAt, log, timers };
}

const passport = (remainingMs?: number) => ({
  index: 0,
  tenant: "t",
  remainingMs,
  depth: 0,
  trail: [],
  taint: [],
  requires: [],
});
const started = (n: number, remainingMs?: number): Observation => ({
  kind: "started",
  task: task(n),
  sequence: 1,
  atMs: START_MS,
  mailbox: "a",
  passport: passport(remainingMs),
  origin: undefined,
});
const HOP = "1".repeat(26) as HopId;
const waiting = (n: number, ...awaited: Awaited[]): Observation => ({
  kind: "waiting",
  task: task(n),
  sequence: 2,
  atMs: START_MS,
  hop: HOP,
  role: "developer",
  wait: 2,
  body: { need: 1, for: awaited, input: `${subjects.task(task(n))}.${HOP}.client.m.send.developer_gpu` },
});
const timer = (hop: string, afterMs: number): Awaited => ({ type: "timer", hop: hop.repeat(26), index: 0, afterMs });

test("a sleep is answered when it is over, in the mailbox that the hop's input came from", async () => {
  const { see, fireAt } = bench();
  see(started(1));
  see(waiting(1, timer("2", 500)));
  assert.deepEqual(await fireAt(499), []);
  assert.deepEqual(await fireAt(500), [`${subjects.task(task(1))}.${"2".repeat(26)}.timer.m.reply.developer_gpu`]);
  assert.deepEqual(await fireAt(5_000), [], "once");
});

test("what a timer answers carries what is left of the task's deadline by then", async () => {
  const { see, writtenAt } = bench();
  see(started(1, 2_000));
  see(waiting(1, timer("2", 500)));
  see(started(2));
  see(waiting(2, timer("3", 500)));
  const written = await writtenAt(600);
  assert.deepEqual(
    written.map(({ header }) => header.passport?.remainingMs),
    [1_400, undefined],
  );
});

test("nothing is written for what was answered, and for tasks that have ended", async () => {
  const { see, fireAt } = bench();
  for (const n of [1, 2]) {
    see(started(n, 900));
    see(waiting(n, timer("2", 500)));
  }
  const hop = "2".repeat(26) as HopId;
  see({ kind: "answered", task: task(1), sequence: 3, atMs: START_MS, hop, from: "timer", reply: { value: null } });
  see({ kind: "ended", task: task(2), sequence: 3, atMs: START_MS, isFromOutside: true });
  assert.deepEqual(await fireAt(1_000), [subjects.done(task(1))]);
});

const call = (hop: string): Awaited => ({
  type: "call",
  hop: hop.repeat(26),
  index: 1,
  to: "writer_gpu",
  body: null,
  afterMs: 500,
});

test("a call with a time-out is failed when it is over, unless its hop waits for something else by then", async () => {
  const { see, fireAt, log } = bench();
  see(started(1));
  see(waiting(1, call("2")));
  await fireAt(499);
  assert.deepEqual(log.written, []);
  const subject = `${subjects.task(task(1))}.${"2".repeat(26)}.timer.m.reply.developer_gpu`;
  assert.deepEqual(await fireAt(500), [subject]);
  see(started(2));
  see(waiting(2, call("3")));
  see({ ...waiting(2, timer("4", 60_000)), wait: 3 } as Observation);
  assert.deepEqual(await fireAt(2_000), [], "the role had answered");
});

test("what could not be written is tried again later, and is not lost", async () => {
  const { see, fireAt, log, timers } = bench();
  see(started(1, 100));
  log.losing = 1;
  assert.deepEqual(await fireAt(100), []);
  assert.equal(timers.size, 1);
  assert.deepEqual(await fireAt(1_100), [subjects.done(task(1))]);
});

test("every deadline fires once, never early, whatever the order in which tasks are seen", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: 50 }), { maxLength: 20 }),
      fc.nat({ max: 50 }),
      async (remaining, lookMs) => {
        const { see, fireAt } = bench();
        remaining.forEach((ms, n) => see(started(n, ms)));
        const early = await fireAt(lookMs);
        const late = await fireAt(60);
        const due = (isDue: (ms: number) => boolean) =>
          remaining.flatMap((ms, n) => (isDue(ms) ? [subjects.done(task(n))] : []));
        assert.deepEqual(early.toSorted(), due((ms) => ms <= lookMs).toSorted());
        assert.deepEqual(late.toSorted(), due((ms) => ms > lookMs).toSorted());
      },
    ),
    { numRuns: 50 },
  );
});

test("the loop sleeps until the next due time, and an earlier one wakes it", async () => {
  const clock = new ManualClock(START_MS);
  const log = new RecordingLog();
  const index = new TaskIndex();
  const logger = createLogger({ name: "test", level: "silent" });
  const timers = new DueTimers({ subjects, index, ports: { log, clock, random: seededRandom(1) }, logger });
  const stop = new AbortController();
  const see = (observation: Observation) => {
    index.apply(observation);
    timers.observe(observation);
  };
  see(started(1, 900));
  const running = timers.run(stop.signal);
  await clock.sleeping(1);
  await clock.advance(0);
  assert.equal(clock.nextInMs, 900);
  see(started(2, 300));
  await clock.advance(299);
  assert.deepEqual(log.written, []);
  await clock.advance(1);
  assert.deepEqual(
    log.written.map(({ subject }) => subject),
    [subjects.done(task(2))],
  );
  stop.abort();
  await running;
});
