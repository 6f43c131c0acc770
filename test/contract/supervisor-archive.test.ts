/** What the leader does for sessions and for tasks that have ended. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  advanceSession,
  createTaskArchive,
  directGetAll,
  jsonRecord,
  newTaskId,
  type SessionKey,
  startHeader,
  systemClock,
  systemRandom,
  type TaskId,
  TaskOrder,
  taskSessionKey,
  turnRecord,
  unpackTask,
  type Version,
} from "@troupe/runtime/internal";
import { until } from "../support/stack.ts";
import { MANIFEST, SupervisorBed } from "../support/supervisor-bed.ts";

test("a session's next turn starts when the one before has ended, also when that was not seen by a gateway", async () => {
  await using own = await SupervisorBed.start();
  const version = await own.supervisor().then(() => own.deploy(MANIFEST));
  const key = "s".repeat(26) as SessionKey;
  const [first, second] = [await turnOf(own, version, key, 1), await turnOf(own, version, key, 2)];
  assert.equal(await own.log.get(own.subjects.start(second.task, "a")), undefined);
  await own.append(first.task, own.subjects.done(first.task), { status: "completed", result: 1, by: "b" });
  await own.record(own.subjects.start(second.task, "a"));
});

test("finished tasks move to the archive whole, and leave the log", async () => {
  await using own = await SupervisorBed.start();
  const supervisor = await own.supervisor({ retainMs: 3_600_000, keepFinished: 1, janitorEveryMs: 100 });
  const version = await own.deploy(MANIFEST);
  const tasks: TaskId[] = [];
  for (let i = 0; i < 3; i++) {
    const task = await own.submit(version);
    const hop = await own.firstHop(task, version);
    if (i === 1)
      await own.own(task, hop, "a", { class: "c", kind: "claim", to: "1" }, { message: own.subjects.start(task, "a") });
    await own.own(task, hop, "a", { class: "s", kind: "step", to: "1" }, { name: "s", value: i });
    const writer = { node: "n1", incarnation: "i1", nonce: "x", claim: 0, segment: 0 };
    await own.log.append(jsonRecord(own.subjects.done(task), { writer }, { status: "completed", result: i, by: "a" }));
    tasks.push(task);
  }
  const [oldest, contested, newest] = tasks;
  assert.ok(oldest && contested && newest);
  const left = (task: TaskId) => directGetAll(own.core, "BED_LOG_0", { filter: `${own.subjects.task(task)}.>` });
  await until("the oldest gone", 15_000, async () => (await left(oldest)).length === 0);
  const parts = await directGetAll(own.core, "BED_ARCHIVE", { filter: own.subjects.archive(oldest, "*") });
  const records = unpackTask(
    parts.map(({ body }) => body),
    parts[0]?.headers.last("Troupe-Parts") ?? "",
  );
  assert.deepEqual(
    records
      ?.map(({ subject }) => subject.split(".").slice(5).join("."))
      .map((name) => name.replace(/^[0-9a-z]{26}/, "<hop>")),
    ["start.client.m.send.a", "<hop>.a.s.step.1", "end.end.t.done.client"],
  );
  assert.equal((await left(contested)).length, 4, "somebody may still hold a delivery of it");
  assert.equal((await left(newest)).length, 3);
  await supervisor.stop();
  await own.supervisor({ retainMs: 0, janitorEveryMs: 100 });
  await until(
    "all gone after the retention",
    5_000,
    async () => (await left(contested)).length + (await left(newest)).length === 0,
  );
});

test("with a finished task go its state, the turns before it, and revisions that nobody reads any more", async () => {
  await using own = await SupervisorBed.start();
  const version = await own.supervisor({ retainMs: 0, janitorEveryMs: 100 }).then(() => own.deploy(MANIFEST));
  const key = "s".repeat(26) as SessionKey;
  const put = (subject: string) => own.append("" as TaskId, subject, {});
  for (const turn of [9, 10, 11]) await put(own.subjects.turn(0, key, turn));
  for (let revision = 1; revision <= 102; revision++) await put(own.subjects.stateRevision(0, key, "a", revision));
  const task = await own.submit(version, { session: key, turn: 10 });
  const alone = await own.submit(version);
  await put(own.subjects.stateRevision(0, taskSessionKey(alone), "a", 1));
  for (const one of [task, alone]) await own.append(one, own.subjects.done(one), { status: "completed", by: "a" });
  const count = async (filter: string) => (await directGetAll(own.core, "BED_LOG_0", { filter })).length;
  await until("both tasks gone", 15_000, async () => (await count("bed.log.0.v1.>")) === 0);
  assert.equal(await count(own.subjects.turns(0, key)), 1, "turns 9 and 10 are spent");
  assert.equal(await count(own.subjects.stateOf(0, key, "a")), 100);
  assert.equal(await count(own.subjects.stateOf(0, taskSessionKey(alone), "*")), 0);
});

test("the newest turn of a session stays in the log until a later one has ended, so that this one can start", async () => {
  await using own = await SupervisorBed.start();
  const version = await own.supervisor({ retainMs: 0, janitorEveryMs: 100 }).then(() => own.deploy(MANIFEST));
  const key = "n".repeat(26) as SessionKey;
  const first = await turnOf(own, version, key, 1);
  await own.append(first.task, own.subjects.done(first.task), { status: "completed", by: "a" });
  const barrier = await own.submit(version);
  await own.append(barrier, own.subjects.done(barrier), { status: "completed", by: "a" });
  const left = async (task: TaskId) =>
    (await directGetAll(own.core, "BED_LOG_0", { filter: `${own.subjects.task(task)}.>` })).length;
  await until("another task gone", 15_000, async () => (await left(barrier)) === 0);
  assert.ok((await left(first.task)) > 0);
  const second = await turnOf(own, version, key, 2);
  const archive = createTaskArchive(own.core, own.subjects);
  const ports = { log: own.log, clock: systemClock, random: systemRandom, subjects: own.subjects, archive };
  assert.equal(await advanceSession(ports, 0, key, 2), second.task);
  await own.append(second.task, own.subjects.done(second.task), { status: "completed", by: "a" });
  await until("the first turn gone", 15_000, async () => (await left(first.task)) === 0);
  assert.ok((await left(second.task)) > 0);
});

/** Stores a turn of a session; the first one is started, as a gateway would. */
async function turnOf(own: SupervisorBed, version: Version, key: SessionKey, turn: number): Promise<TaskOrder> {
  const order = TaskOrder.parse({
    v: 1,
    task: newTaskId(0, version, systemClock, systemRandom),
    mailbox: "a",
    input: "hello",
    acceptedAtMs: systemClock.nowMs(),
    tenant: "default",
    priority: "normal",
    session: { key, name: "talk" },
    requires: [],
  });
  await own.log.append(turnRecord(own.subjects, 0, key, turn, order));
  if (turn > 1) return order;
  const header = startHeader({ ...order, session: { key, name: "talk", turn } }, systemClock.nowMs());
  await own.log.append(jsonRecord(own.subjects.start(order.task, "a"), header, "hello"));
  return order;
}
