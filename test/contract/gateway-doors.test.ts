/** The doors of a gateway over NATS, as a plain anonymous client uses them (R-TASK-1). No node runs: the test writes records as a fake role. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import type { TaskEvent } from "@troupe/runtime";
import { type Link, TASK_VERBS } from "@troupe/runtime/internal";
import { type GatewayBed, hopOf, startGatewayBed, writtenBy } from "../support/gateway-bed.ts";
import { brief, eventually, plainRequest, plainStream } from "../support/plain-client.ts";

let bed: GatewayBed;
let client: Link;

before(async () => {
  bed = await startGatewayBed();
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
const lastSequence = async () => (await bed.log.last("demo.log.0.v1.>"))?.sequence;

test("the micro protocol lists every verb of tasks with its figures", async () => {
  const stats = (await client.nc.request("$SRV.STATS.tasks", "")).json<{ endpoints: { subject: string }[] }>();
  const verbs = [...TASK_VERBS.map((verb) => `demo.task.${verb}`), "demo.tasks.*.submit", "demo.tasks.*.run"];
  assert.deepEqual(stats.endpoints.map(({ subject }) => subject).toSorted(), verbs.toSorted());
});

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
  assert.ok(start);
  assert.match(start.subject, /\.m\.send\.developer_gpu$/);
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
    ["developer", '{"input":1,"required_capabilities":["quantum"]}', "unmet_capabilities", "409"],
  ];
  const sequence = await lastSequence();
  for (const [role, request, code, http] of rows) {
    const { body, code: status } = await ask(`demo.tasks.${role}.submit`, request);
    assert.equal(body.error?.code, code, `${role.slice(0, 20)} ${String(request).slice(0, 40)}`);
    assert.equal(status, http);
  }
  for (let i = 0; i < 20; i++) {
    const { body } = await ask("demo.tasks.router.submit", Uint8Array.of(0xff, ...randomBytes(200)));
    assert.equal(body.error?.code, "invalid_request");
  }
  assert.equal(await lastSequence(), sequence);
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
  const done = client.nc.request(`demo.log.0.v1.${id}.end.end.t.done.client`, "{}", { timeout: 500 });
  await assert.rejects(done);
  assert.equal((await ask("demo.task.get", id)).body.status, "accepted");
});
