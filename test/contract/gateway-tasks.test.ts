/** What can be done with tasks over NATS, as a plain anonymous client does it. No node runs: the test writes records as a fake role. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { TaskEvent, TaskView } from "@troupe/runtime";
import { type Link, sessionKey } from "@troupe/runtime/internal";
import { type GatewayBed, hopOf, startGatewayBed, writtenBy } from "../support/gateway-bed.ts";
import { brief, eventually, plainRequest, plainStream } from "../support/plain-client.ts";

let bed: GatewayBed;
let client: Link;

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
  await bed.gateway();
  client = await bed.client();
});
after(() => bed[Symbol.asyncDispose]());

const ask = (subject: string, body: string | Uint8Array, fields?: Record<string, string>) =>
  plainRequest(client, subject, body, fields);
const submit = async (body: string, fields?: Record<string, string>) => {
  const { body: answer } = await ask("demo.tasks.router.submit", body, fields);
  assert.equal(answer.status, "accepted", JSON.stringify(answer));
  return answer.task_id;
};
const stream = (subject: string, body: string) => plainStream(client, subject, body);

test("get shows an accepted task, then its path and result; an unknown or hostile id is an error", async () => {
  const id = await submit("x");
  const get = async () => (await ask("demo.task.get", id)).body as unknown as TaskView;
  assert.equal((await get()).status, "accepted");
  await bed.write(id, hopOf(1), "router", "m.send.developer", writtenBy("n1", 10), "work");
  assert.equal((await get()).status, "running");
  await bed.done(id);
  const view = await get();
  assert.equal(view.status, "completed");
  assert.deepEqual(view.path, [{ role: "router", node: "n1", ms: 10, attempts: 1 }]);
  assert.equal((await ask("demo.task.get", JSON.stringify({ task_id: id }))).body.status, "completed");
  assert.equal((await ask("demo.task.get", id.replace(/.{4}$/, "zzzz"))).body.error?.code, "unknown_task");
  for (const hostile of [
    "*",
    ">",
    "a.b",
    "",
    "x".repeat(4_096),
    "0-v1-*",
    "\0",
    `${id}\r\n`.repeat(2),
    '{"task_id":5}',
    "{",
  ]) {
    const code = (await ask("demo.task.get", hostile)).body.error?.code ?? "none";
    assert.ok(["invalid_id", "invalid_request"].includes(code), `${hostile.slice(0, 20)} ${code}`);
  }
});

test("watch goes on after the event that the watcher has", async () => {
  const id = await submit("x");
  await bed.write(id, hopOf(1), "router", "m.send.developer", writtenBy("n1"), "work");
  await bed.done(id);
  const whole = stream("demo.task.watch", id);
  await whole.ended;
  const events = whole.chunks as unknown as TaskEvent[];
  assert.deepEqual(events.map(brief), ["accepted router", "forward router", "done"]);
  const second = events[1];
  assert.ok(second && "id" in second);
  const rest = stream("demo.task.watch", JSON.stringify({ task_id: id, after: second.id }));
  await rest.ended;
  assert.deepEqual((rest.chunks as unknown as TaskEvent[]).map(brief), ["done"]);
});

test("cancel is confirmed, stays the one end, tells the hosts, and can be repeated", async () => {
  const id = await submit("x");
  const announced = new Promise<unknown>((resolve) => {
    bed.core.nc.subscribe("demo.control.ended", { max: 1, callback: (_e, message) => resolve(message.json()) });
  });
  await bed.core.nc.flush();
  assert.equal((await ask("demo.task.cancel", id)).body.status, "cancelled");
  assert.deepEqual(await announced, { v: 1, task: id, reason: "cancelled" });
  await assert.rejects(bed.done(id), /exists/);
  assert.equal((await ask("demo.task.cancel", id)).body.status, "cancelled");
  assert.equal((await ask("demo.task.get", id)).body.status, "cancelled");
});

test("a task that has ended otherwise cannot be cancelled, and one that never was is not made by it", async () => {
  const id = await submit("x");
  await bed.done(id);
  assert.equal((await ask("demo.task.cancel", id)).body.error?.code, "conflict");
  const never = id.replace(/.{4}$/, "zzzz");
  assert.equal((await ask("demo.task.cancel", never)).body.error?.code, "unknown_task");
});

test("a signal reaches the hop that waits for it, once", async () => {
  const id = await submit('{"input":"x","deadline_ms":60000}');
  const wait = {
    need: 1,
    for: [{ type: "signal", hop: hopOf(9), index: 2, name: "go" }],
    input: `demo.log.0.v1.${id}.start.client.m.send.router`,
  };
  await bed.write(id, hopOf(1), "router", "c.wait.1", writtenBy("n1"), wait);
  const signal = (name: string) => ask("demo.task.signal", JSON.stringify({ task_id: id, name, value: { ok: true } }));
  assert.match((await signal("stop")).body.error?.message ?? "", /waits for: go/);
  const answers = await Promise.all([signal("go"), signal("go")]);
  assert.equal(answers.filter(({ body }) => body.error === undefined).length, 1);
  assert.equal((await signal("go")).body.error?.code, "conflict");
  const reply = await bed.log.last(`demo.log.0.v1.${id}.${hopOf(9)}.human.m.reply.router`);
  assert.deepEqual(JSON.parse(new TextDecoder().decode(reply?.body)), { value: { ok: true } });
  const passport = reply?.header?.passport;
  assert.equal(passport?.parent, hopOf(1));
  assert.equal(passport?.wait, 1);
  assert.equal(passport?.index, 2);
  assert.ok((passport?.remainingMs ?? 0) > 50_000);
});

test("log shows every record, page by page", async () => {
  const id = await submit("x");
  await bed.write(id, hopOf(1), "router", "m.send.developer", writtenBy("n1"), "work");
  await bed.done(id);
  const page = async (from?: number) =>
    (await ask("demo.task.log", JSON.stringify({ task_id: id, after: from, limit: 2 }))).body as unknown as {
      records: { id: number; kind: string; body: unknown }[];
      next?: number;
    };
  const first = await page();
  assert.deepEqual(
    first.records.map(({ kind }) => kind),
    ["m.send", "m.send"],
  );
  const second = await page(first.next);
  assert.deepEqual(
    second.records.map(({ kind }) => kind),
    ["t.done"],
  );
  assert.equal(second.next, undefined);
});

test("retry runs a finished task's input again, once however often it is asked", async () => {
  const id = await submit('{"input":{"a":1},"metadata":{"m":"1"}}');
  assert.equal((await ask("demo.task.retry", id)).body.error?.code, "conflict");
  await bed.done(id, { status: "failed" });
  const [one, two] = [await ask("demo.task.retry", id), await ask("demo.task.retry", id)];
  assert.notEqual(one.body.task_id, id);
  assert.equal(one.body.task_id, two.body.task_id);
  const start = await bed.started(one.body.task_id);
  assert.deepEqual(JSON.parse(new TextDecoder().decode(start?.body)), { a: 1 });
  assert.deepEqual(start?.header?.origin?.metadata, { m: "1" });
});

test("turns of a session run one after another; a waiting one is visible and can be cancelled", async () => {
  const turn = '{"input":"t","session":"chat-7"}';
  const [first, second, third] = [await submit(turn), await submit(turn), await submit(turn)];
  assert.equal((await bed.started(first))?.header?.passport?.turn, 1);
  assert.equal(await bed.started(second), undefined);
  assert.equal((await ask("demo.task.get", second)).body.status, "accepted");
  assert.equal((await ask("demo.task.cancel", second)).body.status, "cancelled");
  assert.equal(await bed.started(third), undefined, "the first still runs");
  await bed.done(first);
  const start = await eventually(() => bed.started(third));
  assert.equal(start.header?.passport?.session, sessionKey("default", "chat-7"));
  assert.equal(await bed.started(second), undefined);
  assert.equal(((await ask("demo.task.get", third)).body as unknown as TaskView).session, "chat-7");
});

test("without a supervisor, list says which part is missing", async () => {
  assert.equal((await ask("demo.task.list", "{}")).body.error?.code, "unavailable");
});

test("a finished task is read from the archive once it has left the log", async () => {
  const id = await submit("x");
  await bed.write(id, hopOf(1), "router", "m.send.developer", writtenBy("n1", 5), "y".repeat(10));
  await bed.done(id);
  const inLog = (await ask("demo.task.get", id)).body;
  await bed.archive(id);
  assert.equal(await bed.started(id), undefined);
  assert.deepEqual((await ask("demo.task.get", id)).body, inLog);
  const { chunks, ended } = stream("demo.task.watch", id);
  await ended;
  assert.deepEqual((chunks as unknown as TaskEvent[]).map(brief), ["accepted router", "forward router", "done"]);
});

test("a repeated submission does not start an archived task again, nor does its session", async () => {
  const request = '{"input":"x","session":"old"}';
  const id = await submit(request, { "Nats-Msg-Id": "old-1" });
  await bed.done(id);
  await bed.archive(id);
  assert.equal(await submit(request, { "Nats-Msg-Id": "old-1" }), id);
  const next = await submit(request);
  assert.equal((await bed.started(next))?.header?.passport?.turn, 2);
  assert.equal(await bed.started(id), undefined);
});
