/** Tasks over NATS through a gateway, called by a plain anonymous client (R-TASK-1). No node runs: the test writes records as a fake role. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { createInbox, type Msg } from "@nats-io/transport-node";
import type { TaskEvent, TaskView } from "@troupe/runtime";
import { type Link, sessionKey } from "@troupe/runtime/internal";
import {
  brief,
  eventually,
  type GatewayBed,
  hopOf,
  plainRequest,
  startGatewayBed,
  writtenBy,
} from "../support/gateway-bed.ts";

let bed: GatewayBed;
let client: Link;

before(async () => {
  bed = await startGatewayBed();
  await bed.gateway();
  client = await bed.link("client");
});
after(() => bed[Symbol.asyncDispose]());

const ask = (subject: string, body: string | Uint8Array, fields?: Record<string, string>) =>
  plainRequest(client, subject, body, fields);
const submit = async (body: string, fields?: Record<string, string>) => {
  const { body: answer } = await ask("demo.tasks.router.submit", body, fields);
  assert.equal(answer.status, "accepted", JSON.stringify(answer));
  return answer.task_id;
};

/** Collects the chunks of a streamed answer until the empty message. */
function stream(subject: string, body: string): { chunks: Record<string, unknown>[]; ended: Promise<void> } {
  const chunks: Record<string, unknown>[] = [];
  const inbox = createInbox();
  const ended = new Promise<void>((resolve) => {
    client.nc.subscribe(inbox, {
      callback: (_error: unknown, message: Msg) => {
        if (message.data.length === 0) resolve();
        else chunks.push(message.json());
      },
    });
  });
  client.nc.publish(subject, body, { reply: inbox });
  return { chunks, ended };
}

test("before anything is deployed every door says no_system", async () => {
  const { body, code } = await ask("demo.tasks.router.submit", "hello");
  assert.equal(body.error?.code, "no_system");
  assert.equal(code, "503");
  await bed.deploy("v1");
  await eventually(async () => ((await ask("demo.tasks.router.submit", "hello")).body.status ? true : undefined));
});

test("submit answers with the id once the task is stored, with the text as its input", async () => {
  const id = await submit("Compare three databases");
  const start = await bed.started(id);
  assert.ok(start);
  assert.equal(JSON.parse(new TextDecoder().decode(start.body)), "Compare three databases");
  assert.equal(start.header?.passport?.depth, 0);
  assert.equal(start.header?.writer, undefined);
});

test("the JSON form carries deadline, metadata and capabilities into the start record", async () => {
  const request = { input: { n: 1 }, deadline_ms: 5_000, metadata: { ticket: "42" }, required_capabilities: ["gpu"] };
  const { body } = await ask("demo.tasks.developer.submit", JSON.stringify(request));
  const start = await bed.started(body.task_id);
  assert.ok(start?.subject.endsWith(".m.send.developer_gpu"), start?.subject);
  assert.deepEqual(start.header?.passport?.requires, ["gpu"]);
  assert.ok((start.header?.passport?.remainingMs ?? 0) > 4_000);
  assert.deepEqual(start.header?.origin?.metadata, { ticket: "42" });
});

test("every wrong request gets a clear error with code and HTTP status, and nothing is stored", async () => {
  const rows: [string, string | Uint8Array, string, string][] = [
    ["router", "{}", "invalid_request", "400"],
    ["router", '{"input":1,"surprise":true}', "invalid_request", "400"],
    ["router", "", "invalid_request", "400"],
    ["router", new Uint8Array([0xff, 0xfe, 0x00, 0x80]), "invalid_request", "400"],
    ["router", `{"input":${"[".repeat(20_000)}${"]".repeat(20_000)}}`, "invalid_request", "400"],
    ["planner", "x", "unknown_role", "404"],
    ["client", "x", "unknown_role", "404"],
    ["ROUTER", "x", "unknown_role", "404"],
    ["rou\u0442er", "x", "unknown_role", "404"],
    ["r".repeat(3_000), "x", "unknown_role", "404"],
    ["developer", '{"input":1,"required_capabilities":["quantum"]}', "unmet_capabilities", "422"],
  ];
  const last = async () => (await bed.log.last("demo.log.0.v1.>"))?.sequence;
  const sequence = await last();
  for (const [role, request, code, http] of rows) {
    const { body, code: status } = await ask(`demo.tasks.${role}.submit`, request);
    assert.equal(body.error?.code, code, `${role.slice(0, 20)} ${String(request).slice(0, 40)}`);
    assert.equal(status, http);
  }
  for (let i = 0; i < 20; i++) {
    const { body } = await ask("demo.tasks.router.submit", Uint8Array.of(0xff, ...randomBytes(200)));
    assert.equal(body.error?.code, "invalid_request");
  }
  assert.equal(await last(), sequence);
});

test("the same key gives the same task once; another request under it is refused", async () => {
  const key = { "Nats-Msg-Id": "job-42" };
  const [first, second] = await Promise.all([
    ask("demo.tasks.router.submit", "once", key),
    ask("demo.tasks.router.submit", "once", key),
  ]);
  assert.equal(first.body.task_id, second.body.task_id);
  const third = await ask("demo.tasks.router.submit", "once", key);
  assert.equal(third.body.task_id, first.body.task_id);
  assert.equal(third.body.duplicate, true);
  const other = await ask("demo.tasks.router.submit", "something else", key);
  assert.equal(other.body.error?.code, "key_reused");
  const otherDoor = await ask("demo.tasks.developer.submit", "once", key);
  assert.equal(otherDoor.body.error?.code, "key_reused");
});

test("run answers with the id at once, then events in order, the result last, then an empty message", async () => {
  const { chunks, ended } = stream("demo.tasks.router.run", "go");
  const id = await eventually(() => Promise.resolve(chunks[0]?.["task_id"] as string | undefined));
  await bed.write(id, hopOf(1), "router", "m.send.developer", writtenBy("n1", 10), "work");
  bed.core.nc.publish(`demo.tokens.${id}.${hopOf(2)}`, JSON.stringify({ role: "developer", text: "Hel" }));
  await bed.core.nc.flush();
  await bed.write(id, hopOf(2), "developer", "s.step.0", writtenBy("n2"), { name: "model", value: "x" });
  await bed.done(id, { result: "42" });
  await ended;
  const events = chunks.slice(1) as unknown as TaskEvent[];
  assert.deepEqual(events.filter((e) => e.type !== "token").map(brief), [
    "accepted router",
    "forward router",
    "step developer",
    "done",
  ]);
  assert.ok(events.some((e) => e.type === "token" && e.text === "Hel"));
  const last = events.at(-1);
  assert.ok(last?.type === "done");
  assert.equal(last.task.result, "42");
  assert.equal(last.task.status, "completed");
});

test("a refused run ends its stream after the error", async () => {
  const { chunks, ended } = stream("demo.tasks.nobody.run", "go");
  await ended;
  assert.deepEqual(
    chunks.map((chunk) => (chunk["error"] as { code: string }).code),
    ["unknown_role"],
  );
});

test("a queue message becomes one task, however often the stream delivers it", async () => {
  client.nc.publish("demo.tasks.developer.queue", '{"input":"queued","metadata":{"mark":"q1"}}');
  const stored = await eventually(async () => {
    const last = await bed.log.last("demo.log.0.v1.*.start.client.m.send.developer");
    return last?.header?.origin?.metadata?.["mark"] === "q1" ? last : undefined;
  });
  assert.equal(JSON.parse(new TextDecoder().decode(stored.body)), "queued");
});

test("a queue message that is no task is recorded as rejected with the reason", async () => {
  client.nc.publish("demo.tasks.router.queue", '{"no":"input"}');
  const done = await eventually(async () => {
    const last = await bed.log.last("demo.log.0.v1.*.end.end.t.done.client");
    const body =
      last && (JSON.parse(new TextDecoder().decode(last.body)) as { status: string; error?: { code: string } });
    return body?.status === "rejected" ? body : undefined;
  });
  assert.equal(done.error?.code, "invalid_request");
});

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
  assert.equal((await ask("demo.task.get", JSON.stringify({ id }))).body.status, "completed");
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
    '{"id":5}',
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
  const rest = stream("demo.task.watch", JSON.stringify({ id, after: second.id }));
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
  const signal = (name: string) => ask("demo.task.signal", JSON.stringify({ id, name, value: { ok: true } }));
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
  const page = async (after?: number) =>
    (await ask("demo.task.log", JSON.stringify({ id, after, limit: 2 }))).body as unknown as {
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
  const turn = () => submit('{"input":"t","session":"chat-7"}');
  const [first, second, third] = [await turn(), await turn(), await turn()];
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

test("the services are discovered by the micro protocol from the anonymous account", async () => {
  const answer = await client.nc.request("$SRV.INFO.tasks", "", { timeout: 2_000 });
  const info = answer.json<{ type: string; endpoints: { name: string }[] }>();
  assert.equal(info.type, "io.nats.micro.v1.info_response");
  assert.deepEqual(
    info.endpoints.map(({ name }) => name),
    ["submit", "run", "get", "list", "watch", "cancel", "log", "signal", "retry"],
  );
});

test("the anonymous client can write nothing of a task itself", async () => {
  const id = await submit("x");
  const reply = { headers: headers() };
  await assert.rejects(
    client.nc.request(`demo.log.0.v1.${id}.end.end.t.done.client`, "{}", { timeout: 500, ...reply }),
  );
  assert.equal((await ask("demo.task.get", id)).body.status, "accepted");
});
