/** What the leader does for tasks. The test itself plays the roles: it writes the records that their executors would write. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type HopId, type StoredRecord, type TaskId, type Version } from "@troupe/runtime/internal";
import { until } from "../support/stack.ts";
import { MANIFEST, SupervisorBed } from "../support/supervisor-bed.ts";

let bed: SupervisorBed;
let v1: Version;
before(async () => {
  bed = await SupervisorBed.start();
  await bed.supervisor({ idleTaskMs: 600, sweepEveryMs: 150, retainMs: 3_600_000 });
  v1 = await bed.deploy();
});
after(() => bed[Symbol.asyncDispose]());

const json = (record: StoredRecord) => JSON.parse(Buffer.from(record.body).toString()) as unknown;
const HOP = (letter: string) => letter.repeat(26) as HopId;
const waitFor = (awaited: object[], input: string, need = awaited.length) => ({ need, for: awaited, input });

test("a sleep is answered by the timer when it is over, for the wait that asked", async () => {
  const task = await bed.submit(v1);
  const hop = await bed.firstHop(task, v1);
  const input = bed.subjects.start(task, "a");
  const awaited = { type: "timer", hop: HOP("1"), index: 3, afterMs: 200 };
  await bed.own(task, hop, "a", { class: "c", kind: "wait", to: "1" }, waitFor([awaited], input));
  const reply = await bed.record(bed.subjects.record(task, HOP("1"), "timer", { class: "m", kind: "reply", to: "a" }));
  assert.deepEqual(json(reply), { value: null });
  const passport = reply.header?.passport;
  assert.deepEqual([passport?.parent, passport?.wait, passport?.index, passport?.tenant], [hop, 1, 3, "default"]);
});

test("an approval that nobody gave is an error, and one that a person gave needs no timer", async () => {
  const task = await bed.submit(v1);
  const hop = await bed.firstHop(task, v1);
  const late = { type: "approval", hop: HOP("2"), index: 0, hash: "0".repeat(64), afterMs: 600 };
  const given = { type: "approval", hop: HOP("3"), index: 1, hash: "0".repeat(64), afterMs: 500 };
  await bed.own(
    task,
    hop,
    "a",
    { class: "c", kind: "wait", to: "1" },
    waitFor([late, given], bed.subjects.start(task, "a")),
  );
  const reply = (from: string, token: string) =>
    bed.subjects.record(task, HOP(token), from, { class: "m", kind: "reply", to: "a" });
  await bed.append(task, reply("human", "3"), { value: true }, { parent: hop, wait: 1, index: 1 });
  const timed = json(await bed.record(reply("timer", "2"))) as { error: { code: string } };
  assert.equal(timed.error.code, "approval_expired");
  assert.equal(await bed.log.get(reply("timer", "3")), undefined, "due before the other one, and answered");
});

test("a task whose deadline passes ends as expired, once", async () => {
  const task = await bed.submit(v1, { remainingMs: 300 });
  const done = await bed.done(task);
  assert.equal(done.status, "expired");
  assert.equal(done.error?.code, "deadline_exceeded");
});

test("a dead letter goes to the escalation role with the error and the original input", async () => {
  const task = await bed.submit(v1, { taint: ["web"], remainingMs: 60_000 });
  const hop = await bed.firstHop(task, v1);
  const error = { code: "handler_failed", message: "boom" };
  await bed.own(task, hop, "a", { class: "c", kind: "dead", to: "0" }, { error, attempts: 3 });
  const sent = await bed.record(
    bed.subjects.record(task, hop, "supervisor", { class: "m", kind: "send", to: "escalation" }),
  );
  assert.deepEqual(json(sent), { reason: "boom", role: "a", message: { input: "x" }, error });
  const { depth, taint, index, remainingMs = 0 } = sent.header?.passport ?? {};
  assert.deepEqual([depth, taint, index], [1, ["web"], 0]);
  assert.ok(remainingMs > 50_000 && remainingMs <= 60_000);
});

test("a dead letter of the escalation role itself ends the task, and hosts are told", async () => {
  const ended = bed.core.nc.subscribe(bed.subjects.control("ended"));
  const task = await bed.submit(v1);
  const error = { code: "handler_failed", message: "again" };
  await bed.own(task, HOP("4"), "escalation", { class: "c", kind: "dead", to: "0" }, { error, attempts: 3 });
  const done = await bed.done(task);
  assert.equal(done.status, "failed");
  assert.equal(done.by, "supervisor");
  assert.deepEqual(done.error, { ...error, details: { role: "escalation" } });
  for await (const message of ended) if (message.json<{ task: string }>().task === task) break;
  await until("an alert", 15_000, async () =>
    (await bed.ask<{ alerts: { name: string }[] }>("health")).alerts.some(({ name }) => name === "task_dead"),
  );
});

test("a dead letter of a called hop is its caller's business", async () => {
  const task = await bed.submit(v1);
  const reply = { to: "a", parent: HOP("6"), wait: 1, index: 0 };
  const error = { code: "handler_failed", message: "for the caller" };
  await bed.own(task, HOP("5"), "b", { class: "c", kind: "dead", to: "0" }, { error, attempts: 3, reply });
  const other = await bed.submit(v1);
  await bed.own(other, HOP("7"), "escalation", { class: "c", kind: "dead", to: "0" }, { error, attempts: 3 });
  await bed.done(other);
  assert.equal(await bed.log.get(bed.subjects.done(task)), undefined);
});

/** Takes the next message of a mailbox; acks it where that is wanted. */
async function pull(mailbox: string, isAcked: boolean, limitMs = 5_000): Promise<{ subject: string; attempt: number }> {
  const body = JSON.stringify({ batch: 1, expires: limitMs * 1e6 });
  const next = `$JS.API.CONSUMER.MSG.NEXT.BED_LOG_0.${bed.subjects.durable(v1, mailbox)}`;
  const message = await bed.core.nc.request(next, body, { timeout: limitMs + 500, noMux: true });
  assert.equal(message.headers?.code ?? 0, 0, `${mailbox}: ${message.headers?.description}`);
  if (isAcked) message.respond("+ACK");
  return { subject: message.subject, attempt: Number(message.reply?.split(".")[4]) };
}

test("a message that was acked and came to nothing is put back into its mailbox; one that somebody holds is not", async () => {
  // Mailbox b is this test's own: nothing else has sent to it.
  const send = async (task: TaskId) => {
    const hop = await bed.firstHop(task, v1);
    await bed.own(task, hop, "a", { class: "m", kind: "send", to: "b" }, { n: 1 });
    return bed.subjects.record(task, hop, "a", { class: "m", kind: "send", to: "b" });
  };
  const [held, lost] = [await bed.submit(v1), await bed.submit(v1)];
  const [heldSubject, lostSubject] = [await send(held), await send(lost)];
  assert.equal((await pull("b", false)).subject, heldSubject);
  assert.equal((await pull("b", true)).subject, lostSubject);
  // The held one keeps the ack floor down: nothing is sure, so nothing is repeated. Giving it up raises the floor.
  const again = lostSubject.replace(".a.m.send.b", ".supervisor.m.again1.b");
  await bed.submit(v1);
  const redelivered = await pull("b", true, 8_000);
  assert.deepEqual(redelivered, { subject: heldSubject, attempt: 2 });
  const copy = await bed.record(again, 8_000);
  assert.deepEqual(json(copy), { n: 1 });
  assert.equal(copy.header?.original?.subject, lostSubject);
  assert.equal(copy.header?.passport?.tenant, "default");
});

test("a task of which nothing is left in the log is open no more", async () => {
  const task = await bed.submit(v1);
  const isListed = async () => (await list({ status: "running" })).tasks.some(({ task_id }) => task_id === task);
  await until("the task in the list", 30_000, isListed);
  const { sequence: seq } = await bed.record(bed.subjects.start(task, "a"));
  await bed.jetstream("STREAM.MSG.DELETE.BED_LOG_0", { seq });
  await until("the task out of the list", 30_000, async () => !(await isListed()));
});

test("the end of a task that somebody still runs is repeated", async () => {
  const task = await bed.submit(v1);
  const heard: string[] = [];
  const ended = bed.core.nc.subscribe(bed.subjects.control("ended"));
  await bed.append(task, bed.subjects.done(task), { status: "cancelled", by: "client" });
  for await (const message of ended) {
    const notice = message.json<{ task: string; reason: string }>();
    if (notice.task === task) heard.push(notice.reason);
    if (heard.length === 3) break;
  }
  assert.deepEqual(heard, ["cancelled", "cancelled", "cancelled"]);
});

test("tasks are listed newest first, in pages, by status, for anybody", async () => {
  const task = await bed.submit(v1);
  await until("the task", 15_000, async () => (await list({ limit: 1 })).tasks[0]?.task_id === task);
  await bed.append(task, bed.subjects.done(task), { status: "rejected", by: "client" });
  await until("its end", 15_000, async () =>
    (await list({ status: "rejected" })).tasks.some((one) => one.task_id === task),
  );
  const page = await list({ limit: 2 });
  assert.equal(page.tasks.length, 2);
  const rest = await list({ limit: 1_000, cursor: page.cursor });
  assert.ok(rest.tasks.length > 0);
  assert.ok(!rest.tasks.some(({ task_id: id }) => page.tasks.some((one) => one.task_id === id)));
});

test("a list asked for one tenant names its tasks alone, running and ended", async () => {
  const [theirs, expired, others] = [
    await bed.submit(v1, { tenant: "acme" }),
    await bed.submit(v1, { tenant: "acme", remainingMs: 1 }),
    await bed.submit(v1, { tenant: "globex" }),
  ];
  await bed.done(expired);
  await until("the tenant's tasks are known", 15_000, async () => (await list({ tenant: "acme" })).tasks.length === 2);
  const { tasks } = await list({ tenant: "acme" });
  assert.deepEqual(tasks.map((task) => task.task_id).toSorted(), [theirs, expired].toSorted());
  assert.deepEqual(
    (await list({ tenant: "globex" })).tasks.map((task) => task.task_id),
    [others],
  );
  assert.deepEqual((await list({ tenant: "nobody" })).tasks, []);
});

const list = (request: object) =>
  bed.ask<{ tasks: { task_id: TaskId; status: string }[]; cursor?: string }>("tasks", request, bed.client);

test("what is due, dead or waiting is rebuilt by the next supervisor from the log alone", async () => {
  await using own = await SupervisorBed.start();
  const first = await own.supervisor({}, "s1");
  const version = await own.deploy(MANIFEST);
  await first.stop();
  const [sleeper, late, dead] = [
    await own.submit(version),
    await own.submit(version, { remainingMs: 10 }),
    await own.submit(version),
  ];
  const hop = await own.firstHop(sleeper, version);
  const awaited = { type: "timer", hop: HOP("1"), index: 0, afterMs: 10 };
  await own.own(
    sleeper,
    hop,
    "a",
    { class: "c", kind: "wait", to: "1" },
    waitFor([awaited], own.subjects.start(sleeper, "a")),
  );
  const error = { code: "handler_failed", message: "boom" };
  const deadHop = await own.firstHop(dead, version);
  await own.own(dead, deadHop, "a", { class: "c", kind: "dead", to: "0" }, { error, attempts: 3 });
  await own.supervisor({}, "s2");
  await own.record(own.subjects.record(sleeper, HOP("1"), "timer", { class: "m", kind: "reply", to: "a" }));
  assert.equal((await own.done(late)).status, "expired");
  await own.record(own.subjects.record(dead, deadHop, "supervisor", { class: "m", kind: "send", to: "escalation" }));
  const { tasks_in_flight: open, version: current } = await own.ask<{ tasks_in_flight: number; version: string }>(
    "health",
  );
  assert.deepEqual([open, current], [2, version]);
});

test("without an escalation role a dead letter fails the task", async () => {
  await using own = await SupervisorBed.start();
  await own.supervisor();
  const { escalation: _, ...roles } = MANIFEST.roles;
  const version = await own.deploy({ ...MANIFEST, graph: { client: ["a"], a: ["b"], b: ["client"] }, roles });
  const task = await own.submit(version);
  const hop = await own.firstHop(task, version);
  const error = { code: "tool_failed", message: "no" };
  await own.own(task, hop, "a", { class: "c", kind: "dead", to: "0" }, { error, attempts: 1 });
  const done = await own.done(task);
  assert.deepEqual([done.status, done.error?.code], ["failed", "tool_failed"]);
});
