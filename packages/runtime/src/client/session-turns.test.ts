import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../clock.ts";
import { encodeRecordHeader, type RecordHeader } from "../contracts/record.ts";
import { Subjects } from "../contracts/subjects.ts";
import { TroupeError } from "../errors.ts";
import { isVersion, sessionKey } from "../ids.ts";
import type { AppendOutcome, NewRecord, StoredRecord, TaskLog } from "../log/task-log.ts";
import { seededRandom } from "../random.ts";
import { newTaskId } from "./new-task-id.ts";
import { advanceSession, nextTurn, parseTurn, startOfTurn, turnRecord } from "./session-turns.ts";
import { doneRecord, startRecord, TaskOrder } from "./task-order.ts";
import { writeOnce } from "./write-once.ts";

const subjects = new Subjects("demo");
const random = seededRandom(1);
const T0 = 1_700_000_000_000;
let elapsedMs = 0;
const clock: Clock = {
  nowMs: () => T0,
  monotonicMs: () => elapsedMs,
  sleep: async (ms) => {
    elapsedMs += ms;
  },
};
const v1 = "v1";
assert.ok(isVersion(v1));
const key = sessionKey("t", "chat-7");

/** A write-once log in memory; `answers` are given instead of the next appends' own. */
class MemoryLog implements TaskLog {
  readonly stored: StoredRecord[] = [];
  answers: AppendOutcome[] = [];
  appends = 0;
  append(record: NewRecord): Promise<AppendOutcome> {
    this.appends++;
    const scripted = this.answers.shift();
    if (scripted) return Promise.resolve(scripted);
    if (this.stored.some((s) => s.subject === record.subject)) return Promise.resolve({ kind: "exists" });
    this.stored.push({ ...record, sequence: this.stored.length + 1, storedAtMs: T0 });
    return Promise.resolve({ kind: "stored", sequence: this.stored.length });
  }
  get(subject: string): Promise<StoredRecord | undefined> {
    return Promise.resolve(this.stored.find((s) => s.subject === subject));
  }
  last(): Promise<StoredRecord | undefined> {
    return Promise.resolve(this.stored.at(-1));
  }
}

const order = (more: Partial<TaskOrder> = {}): TaskOrder =>
  TaskOrder.parse({
    v: 1,
    task: newTaskId(0, v1, clock, random),
    mailbox: "router",
    input: "hello",
    acceptedAtMs: T0,
    tenant: "t",
    priority: "normal",
    session: { key, name: "chat-7" },
    requires: [],
    ...more,
  });

async function session(log: MemoryLog, count: number): Promise<TaskOrder[]> {
  const orders = Array.from({ length: count }, () => order());
  for (const [i, one] of orders.entries()) {
    await writeOnce({ log, clock, random }, turnRecord(subjects, 0, key, i + 1, one));
  }
  return orders;
}
const started = (log: MemoryLog) =>
  log.stored.filter((r) => r.subject.includes(".start.client.")).map((r) => r.subject);
/** Tasks that the janitor has taken out of the log. */
const archived = new Set<string>();
const archive = { has: (task: string) => Promise.resolve(archived.has(task)) };
const ports = (log: MemoryLog) => ({ log, clock, random, subjects, archive });
const end = (log: MemoryLog, one: TaskOrder | undefined) => {
  assert.ok(one);
  return writeOnce({ log, clock, random }, doneRecord(subjects, one.task, { status: "completed", by: "router" }));
};

test("the first turn starts at once, the second after the end of the first", async () => {
  const log = new MemoryLog();
  const [first, second] = await session(log, 2);
  assert.ok(first && second);
  assert.equal(await advanceSession(ports(log), 0, key, 1), first.task);
  assert.equal(await advanceSession(ports(log), 0, key, 2), first.task, "turn 1 runs");
  assert.deepEqual(started(log), [subjects.start(first.task, "router")]);
  await end(log, first);
  assert.equal(await advanceSession(ports(log), 0, key, 2), second.task);
  assert.deepEqual(started(log), [subjects.start(first.task, "router"), subjects.start(second.task, "router")]);
});

test("a turn that was written but never started is started by whoever adds the next one", async () => {
  const log = new MemoryLog();
  const [first, second] = await session(log, 2);
  assert.equal(await advanceSession(ports(log), 0, key, 2), first?.task);
  await end(log, first);
  assert.equal(await advanceSession(ports(log), 0, key, 2), second?.task);
});

test("a turn whose task has left the log for the archive never starts again", async () => {
  const log = new MemoryLog();
  const [first, second] = await session(log, 2);
  assert.ok(first && second);
  await advanceSession(ports(log), 0, key, 1);
  await end(log, first);
  archived.add(first.task);
  log.stored.splice(0, log.stored.length, ...log.stored.filter((r) => r.subject.includes(".turn.")));
  assert.equal(await advanceSession(ports(log), 0, key, 2), second.task);
  assert.deepEqual(started(log), [subjects.start(second.task, "router")]);
});

test("turns that the janitor removed do not hold up a session", async () => {
  const log = new MemoryLog();
  const [, second] = await session(log, 2);
  log.stored.splice(0, 1);
  assert.equal(await advanceSession(ports(log), 0, key, 2), second?.task);
});

/** A log whose replica answers for the first so many reads of a subject that there is nothing. */
function lagging(log: MemoryLog, hidden: string, reads: number): TaskLog {
  let left = reads;
  return {
    append: (record) => log.append(record),
    last: () => log.last(),
    get: (subject) => (subject === hidden && left-- > 0 ? Promise.resolve(undefined) : log.get(subject)),
  };
}

test("a turn that was just stored starts, though the replica that answers does not show it yet", async () => {
  const log = new MemoryLog();
  const [first] = await session(log, 1);
  const own = lagging(log, subjects.turn(0, key, 1), 3);
  assert.equal(await advanceSession({ ...ports(log), log: own }, 0, key, 1, true), first?.task);
});

test("a turn that a lagging replica does not show is not overtaken by the next one", async () => {
  const log = new MemoryLog();
  const [first] = await session(log, 2);
  const earlier = lagging(log, subjects.turn(0, key, 1), 3);
  assert.equal(await advanceSession({ ...ports(log), log: earlier }, 0, key, 2, true), first?.task);
  assert.equal(started(log).length, 1);
});

test("a session whose turns have all ended has nothing to start", async () => {
  const log = new MemoryLog();
  const [first] = await session(log, 1);
  await advanceSession(ports(log), 0, key, 1);
  await end(log, first);
  assert.equal(await advanceSession(ports(log), 0, key, 2), undefined);
});

test("advancing twice starts a turn once", async () => {
  const log = new MemoryLog();
  await session(log, 1);
  await Promise.all([advanceSession(ports(log), 0, key, 1), advanceSession(ports(log), 0, key, 1)]);
  assert.equal(started(log).length, 1);
});

test("a turn cancelled while it waits never starts, and does not let the next one overtake", async () => {
  const log = new MemoryLog();
  const [first, second, third] = await session(log, 3);
  await advanceSession(ports(log), 0, key, 1);
  await end(log, second);
  assert.equal(await advanceSession(ports(log), 0, key, 3), first?.task, "turn 1 still runs");
  await end(log, first);
  assert.equal(await advanceSession(ports(log), 0, key, 2), third?.task);
  assert.equal(started(log).length, 2);
});

test("a turn whose deadline passed while it waited ends as expired and the next one starts", async () => {
  const log = new MemoryLog();
  const late = order({ acceptedAtMs: T0 - 2_000, deadlineMs: 1_000 });
  const next = order({ acceptedAtMs: T0 - 2_000, deadlineMs: 5_000 });
  await writeOnce({ log, clock, random }, turnRecord(subjects, 0, key, 1, late));
  await writeOnce({ log, clock, random }, turnRecord(subjects, 0, key, 2, next));
  assert.equal(await advanceSession(ports(log), 0, key, 1), next.task);
  const expired = await log.get(subjects.done(late.task));
  assert.match(new TextDecoder().decode(expired?.body), /"expired"/);
  const start = await log.get(subjects.start(next.task, "router"));
  assert.equal(start?.header?.passport?.remainingMs, 3_000);
  assert.equal(start?.header?.passport?.turn, 2);
});

test("a turn survives storage: its start is what the order said", async () => {
  const log = new MemoryLog();
  const one = order({ requires: ["gpu"], budget: "team", metadata: { ticket: "42 \u2603" } });
  await log.append(turnRecord(subjects, 0, key, 1, one));
  const turn = log.stored[0] && parseTurn(subjects, log.stored[0]);
  assert.ok(turn);
  const header: RecordHeader = startOfTurn(subjects, turn, T0).header;
  const direct = startRecord(subjects, { ...one, session: { key, name: "chat-7", turn: 1 } }, T0).header;
  assert.equal(encodeRecordHeader(header), encodeRecordHeader(direct));
  assert.equal(nextTurn(subjects, log.stored[0]), 2);
  assert.equal(nextTurn(subjects, undefined), 1);
});

test("a hostile turn record is none", () => {
  const at = { subject: subjects.turn(0, key, 1), sequence: 1, storedAtMs: 0, header: {}, encoding: "json" } as const;
  for (const text of [
    "",
    "{",
    "null",
    '{"task":"x"}',
    `{"task":"0-v1-x","door":"*","input":1,"passport":"","submittedAtMs":1}`,
  ]) {
    assert.equal(parseTurn(subjects, { ...at, body: new TextEncoder().encode(text) }), undefined, text);
  }
});

test("a write whose answer got lost is repeated, and its own stored record is an existing one", async () => {
  const log = new MemoryLog();
  const record = startRecord(subjects, order(), T0);
  log.answers = [{ kind: "unknown", text: "timeout" }, { kind: "undecided" }];
  assert.deepEqual(await writeOnce({ log, clock, random }, record), { kind: "stored", sequence: 1 });
  assert.equal((await writeOnce({ log, clock, random }, record)).kind, "exists");
});

test("an existing record that cannot be read yet is no success", async () => {
  const log = new MemoryLog();
  log.answers = [{ kind: "exists" }];
  const outcome = await writeOnce({ log, clock, random }, startRecord(subjects, order(), T0));
  assert.equal(outcome.kind, "stored", "the first writer's record was lost, so ours was stored");
  assert.equal(log.appends, 2);
});

test("a full log and an unknown outcome are told apart", async () => {
  const log = new MemoryLog();
  log.answers = [{ kind: "full", text: "maximum messages exceeded" }];
  const record = startRecord(subjects, order(), T0);
  await assert.rejects(writeOnce({ log, clock, random }, record), (e) => TroupeError.is(e, "store_full"));
  log.answers = Array.from({ length: 100 }, () => ({ kind: "unknown", text: "timeout" }) as const);
  await assert.rejects(writeOnce({ log, clock, random }, record), (e) => TroupeError.is(e, "outcome_unknown"));
});
