import assert from "node:assert/strict";
import { test } from "node:test";
import { type HopId, type Passport, type SessionKey, Subjects, type TaskId } from "@troupe/runtime/internal";
import fc from "fast-check";
import { type FollowedRecord, type Observation, observe } from "./observation.ts";
import { TaskIndex } from "./task-index.ts";

const subjects = new Subjects("troupe");
const TASK = `0-v3-${"0".repeat(26)}` as TaskId;
const HOP = "1".repeat(26) as HopId;
const passport: Passport = {
  index: 0,
  tenant: "t",
  session: "2".repeat(26) as SessionKey,
  turn: 4,
  depth: 0,
  trail: [],
  taint: [],
  requires: [],
};

const at = (sequence: number) => ({ task: TASK, sequence, atMs: sequence * 10 });
const started: Observation = { kind: "started", ...at(1), mailbox: "a", passport, origin: { session: "talk" } };
const wait = { need: 1, for: [{ type: "signal" as const, hop: HOP, index: 0, name: "go" }], input: "x" };
const waiting: Observation = {
  kind: "waiting",
  ...at(2),
  hop: "3".repeat(26) as HopId,
  role: "a",
  wait: 1,
  body: wait,
};
const answered: Observation = { kind: "answered", ...at(3), hop: HOP, from: "human", reply: { value: 1 } };
const forked: Observation = { kind: "forked", ...at(4) };
const died: Observation = {
  kind: "died",
  ...at(5),
  hop: HOP,
  role: "a",
  body: { error: { code: "x", message: "y" }, attempts: 3 },
  writer: undefined,
};
const handedOn: Observation = { kind: "handed_on", ...at(6), hop: HOP };
const ended: Observation = { kind: "ended", ...at(6), isFromOutside: true };

test("an open task is known by what was seen of it, and counted for its version", () => {
  const index = new TaskIndex();
  for (const observation of [started, waiting, died]) index.apply(observation);
  assert.equal(index.openOf("v3"), 1);
  assert.equal(index.open(TASK)?.mailbox, "a");
  assert.equal(index.open(TASK)?.lastSeenMs, 50);
  assert.equal(index.open(TASK)?.deaths.size, 1);
  assert.equal(index.isAnswered(TASK, HOP), false);
  index.apply(answered);
  assert.equal(index.isAnswered(TASK, HOP), true);
});

test("records of one task may come in any order and twice: the ended task is the same", () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray([started, waiting, answered, forked, died, handedOn, ended], { minLength: 7 }),
      fc.nat({ max: 6 }),
      (order, again) => {
        const index = new TaskIndex();
        for (const observation of order) index.apply(observation);
        index.apply(order[again] ?? started);
        assert.equal(index.openCount, 0);
        assert.equal(index.openOf("v3"), 0);
        const { isDeadLettered: _, ...rest } = index.ended(TASK) ?? assert.fail("not ended");
        assert.deepEqual(rest, {
          task: TASK,
          mailbox: "a",
          startedAtMs: 10,
          endedAtMs: 60,
          sequence: 6,
          isFromOutside: true,
          hasWaited: true,
          session: { key: passport.session, turn: 4 },
          origin: { session: "talk" },
          tenant: passport.tenant,
          deaths: new Map([[HOP, died]]),
          handedOn: new Set([HOP]),
          mayStillRun: true,
        });
      },
    ),
  );
});

test("a task that ended by itself, on one path, runs no more", () => {
  const index = new TaskIndex();
  for (const observation of [started, { ...ended, isFromOutside: false }]) index.apply(observation);
  assert.equal(index.ended(TASK)?.mayStillRun, false);
  index.forget(TASK);
  assert.equal(index.endedCount, 0);
  index.apply(started);
  index.forget(TASK);
  assert.deepEqual([index.openCount, index.openOf("v3")], [0, 0]);
});

test("dead letters that ended a task are counted while they are recent", () => {
  const index = new TaskIndex();
  for (const observation of [started, died, ended]) index.apply(observation);
  assert.equal(index.deadLetteredSince(60), 1);
  assert.equal(index.deadLetteredSince(61), 0);
});

test("whatever is stored, reading it throws nothing", () => {
  const hop = subjects.hop(TASK, HOP);
  const names = [
    "a.c.wait.1",
    "a.c.fan.0",
    "a.c.dead.0",
    "timer.m.reply.a",
    "client.m.send.a",
    "a.s.step.1",
    "a.m.send.b",
    "x",
    "",
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.option(fc.string(), { nil: undefined }),
      fc.uint8Array(),
      (name, header, body) => {
        const record: FollowedRecord = { subject: `${hop}.${name}`, sequence: 1, atMs: 1, header, body };
        const observation = observe(subjects, record);
        if (name.startsWith("a.c.")) assert.equal(observation, undefined, "garbage is no control record");
      },
    ),
  );
  assert.equal(
    observe(subjects, { subject: "other.log", sequence: 1, atMs: 1, header: undefined, body: new Uint8Array() }),
    undefined,
  );
});
