import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createLogger,
  doneRecord,
  type Passport,
  Subjects,
  seededRandom,
  sessionKey,
  type TaskId,
  TaskOrder,
  turnRecord,
} from "@troupe/runtime/internal";
import { ManualClock, SimLog } from "@troupe/runtime/internal-testing";
import { TaskIndex } from "../observer/task-index.ts";
import { SessionTurns } from "./session-turns.ts";

const subjects = new Subjects("demo");
const logger = createLogger({ name: "test", level: "silent" });
const key = sessionKey("t", "chat");
const FIRST = `0-v1-${"0".repeat(26)}` as TaskId;
const SECOND = `0-v1-${"1".repeat(26)}` as TaskId;

const passport: Passport = {
  index: 0,
  tenant: "t",
  session: key,
  turn: 1,
  depth: 0,
  trail: [],
  taint: [],
  requires: [],
};

const order = (task: TaskId) =>
  TaskOrder.parse({
    v: 1,
    task,
    mailbox: "router",
    input: null,
    acceptedAtMs: 0,
    tenant: "t",
    priority: "normal",
    session: { key, name: "chat" },
    requires: [],
  });

test("a turn that is stored while the one before it ends is started, though the first look misses it", async () => {
  const clock = new ManualClock();
  const log = new SimLog();
  const index = new TaskIndex();
  const archive = { has: () => Promise.resolve(false) };
  const ports = { subjects, log, archive, clock, random: seededRandom(1) };
  const turns = new SessionTurns({ index, ports, logger });
  await log.append(turnRecord(subjects, 0, key, 1, order(FIRST)));
  await log.append(doneRecord(subjects, FIRST, { status: "completed", by: "router", result: null }));
  const at = { task: FIRST, atMs: clock.nowMs() };
  index.apply({ kind: "started", ...at, sequence: 1, mailbox: "router", passport, origin: undefined });
  const ended = { kind: "ended", ...at, sequence: 2, isFromOutside: false } as const;
  index.apply(ended);
  turns.observe(ended);
  await turns.advanceAll();
  await log.append(turnRecord(subjects, 0, key, 2, order(SECOND)));
  await turns.advanceAll();
  assert.equal(await log.get(subjects.start(SECOND, "router")), undefined, "not yet looked at again");
  await clock.advance(5_000);
  await turns.advanceAll();
  assert.ok(await log.get(subjects.start(SECOND, "router")));
});
