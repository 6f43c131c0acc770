/** Roles as agents of the Agent Protocol for NATS 0.3, asked by an anonymous client on plain NATS; the test plays their tasks. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Link } from "@troupe/runtime/internal";
import { type GatewayBed, hopOf, startGatewayBed, writtenBy } from "../support/gateway-bed.ts";
import { nextTask, opened, say } from "../support/played-task.ts";
import { type DiscoveredAgent, discover, prompt } from "../support/prompting-client.ts";
import { until } from "../support/stack.ts";

let bed: GatewayBed;
let client: Link;
const PROMPT = "agents.prompt.troupe.demo.router";

before(async () => {
  bed = await startGatewayBed();
  await bed.gateway();
  client = await bed.client();
});
after(() => bed[Symbol.asyncDispose]());

const foundRoles = (found: readonly DiscoveredAgent[]) =>
  new Set(found.map(({ endpoints }) => endpoints[0]?.subject.split(".")[4]));

/** Asks, and hands over the task that it has become. */
async function begun(body: string) {
  let asked: ReturnType<typeof prompt> | undefined;
  const { id, input } = await nextTask(bed, () => {
    asked = prompt(client.nc, PROMPT, body);
  });
  assert.ok(asked);
  return { id, input, asked };
}

test("no role is an agent before a system is deployed; then each door is one, with what the protocol asks for", async () => {
  assert.deepEqual(await discover(client.nc), []);
  const heard = client.nc.subscribe("agents.hb.*.*.*", { max: 2, timeout: 15_000 });
  await client.nc.flush();
  await bed.deploy("v1");
  const beats = new Map<string, { instance_id: string; agent: string; owner: string; interval_s: number }>();
  for await (const message of heard) beats.set(message.subject, message.json());
  let found: readonly DiscoveredAgent[] = [];
  await until("both doors are found", 15_000, async () => {
    found = await discover(client.nc);
    return found.length === 2;
  });
  assert.deepEqual(foundRoles(found), new Set(["developer", "router"]));
  const router = found.find(({ endpoints }) => endpoints[0]?.subject === PROMPT);
  assert.ok(router);
  assert.equal(router.name, "agents");
  assert.deepEqual(router.metadata, { agent: "troupe", owner: "demo", protocol_version: "0.3" });
  const [ask, status] = router.endpoints;
  assert.deepEqual([ask?.name, ask?.queue_group], ["prompt", "agents"]);
  assert.deepEqual(ask?.metadata, { max_payload: `${client.nc.info?.max_payload}B`, attachments_ok: "false" });
  const beat = (await client.nc.request(status?.subject ?? "", "", { timeout: 15_000 })).json<{
    instance_id: string;
  }>();
  assert.equal(beat.instance_id, router.id);
  assert.equal(beats.get("agents.hb.troupe.demo.router")?.instance_id, router.id);
});

test("a prompt is a task: acknowledged when it is stored, its answer streamed as it is made, then an empty message", async () => {
  const { id, input, asked } = await begun("What is a queue?");
  assert.equal(input, "What is a queue?");
  assert.deepEqual((await asked.heard("task")).data, { task_id: id });
  assert.deepEqual(asked.chunks[0], { type: "status", data: "ack" });
  await bed.write(id, hopOf(1), "router", "m.send.developer", writtenBy("n1"), 1);
  await opened(bed, id);
  say(bed, id, "developer", 2, "A queue ");
  assert.deepEqual(await asked.heard("response"), { type: "response", data: "A queue " });
  await bed.done(id, { result: "A queue keeps order." });
  const { text, error } = await asked.answer;
  assert.equal(text, "A queue keeps order.");
  assert.equal(error, undefined);
});

test("the form in JSON takes a conversation; a long result comes in pieces", async () => {
  const { id, input, asked } = await begun(JSON.stringify({ prompt: "Go on", session: "s1", of: "tomorrow" }));
  assert.equal(input, "Go on");
  const start = await bed.started(id);
  assert.notEqual(start?.header?.passport?.session, undefined);
  const result = "ab😀".repeat(40_000);
  await bed.done(id, { result });
  const { text, chunks, error } = await asked.answer;
  assert.equal(error, undefined);
  assert.ok(text === result, `${text.length} characters`);
  assert.ok(chunks.filter(({ type }) => type === "response").length > 1);
});

test("a task that fails is an error with the code of HTTP, followed by the empty message", async () => {
  const { id, asked } = await begun("break");
  await bed.done(id, { status: "failed", error: { code: "budget_exceeded", message: "spent" } });
  const { error, text } = await asked.answer;
  assert.deepEqual(error, { code: 402, text: "spent" });
  assert.equal(text, "");
});

for (const [what, body] of [
  ["nothing", ""],
  ["white space", " \n"],
  ["broken JSON", '{"prompt":'],
  ["no prompt", '{"text":"hello"}'],
  ["an empty prompt", '{"prompt":""}'],
  ["an attachment", '{"prompt":"look","attachments":[{"filename":"a","content":""}]}'],
  ["no UTF-8", Uint8Array.of(0xff, 0xfe)],
] as const) {
  test(`${what} is refused with 400, and begins no task`, async () => {
    const last = (await bed.log.last("demo.log.0.v1.>"))?.sequence;
    const { chunks, error } = await prompt(client.nc, PROMPT, body).answer;
    assert.equal(error?.code, 400, String(error?.text));
    assert.deepEqual(chunks, []);
    assert.equal((await bed.log.last("demo.log.0.v1.>"))?.sequence, last);
  });
}

test("what a task waits for from its client is a question in the stream, and its first answer the signal", async () => {
  const { id, asked } = await begun("book a flight");
  await asked.heard("task");
  await opened(bed, id);
  await bed.write(id, hopOf(1), "router", "s.emit.1", writtenBy("n1"), "Which day?");
  const input = `demo.log.0.v1.${id}.start.client.m.send.router`;
  const signal = { type: "signal", hop: hopOf(9), index: 0, name: "day" };
  await bed.write(id, hopOf(1), "router", "c.wait.1", writtenBy("n1"), { need: 1, for: [signal], input });
  const query = (await asked.heard("query")).data as { reply_subject: string; prompt: string };
  assert.match(query.reply_subject, /^agents\.answer\.troupe\.demo\.[0-9a-f]{32}$/);
  client.nc.publish(query.reply_subject, "");
  client.nc.publish(query.reply_subject, '{"prompt":"monday"}');
  client.nc.publish(query.reply_subject, "tuesday");
  await until("the answer is the signal", 15_000, async () => {
    const stored = await bed.log.get(`demo.log.0.v1.${id}.${hopOf(9)}.human.m.reply.router`);
    return stored !== undefined && new TextDecoder().decode(stored.body) === '{"value":"monday"}';
  });
  await bed.done(id, { result: "booked" });
  assert.equal((await asked.answer).text, "booked");
});

test("a client hears of its system's roles alone, answers nothing in their place, and asks no agent elsewhere", async () => {
  for (const subject of ["agents.prompt.troupe.demo.router", "agents.answer.troupe.demo.*", "agents.>"]) {
    const reason = await client.nc.subscribe(subject, { callback: () => undefined }).closed;
    assert.ok(reason instanceof Error, `subscribed to ${subject}`);
  }
  for (const subject of [
    "agents.prompt.other.demo.router",
    "agents.prompt.troupe.shop.router",
    "agents.hb.troupe.demo.router",
  ])
    await assert.rejects(client.nc.request(subject, "x", { timeout: 15_000 }), /permission/i, subject);
});

test("a gateway that stops takes its agents along", async () => {
  await bed.stopGateways();
  await until("nobody is found", 15_000, async () => (await discover(client.nc)).length === 0);
});
