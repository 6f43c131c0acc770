/** The cluster and its operations over HTTP, on a supervisor that leads and nodes that do what their rows say. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createGateway, type Gateway } from "@troupe/gateway";
import { type ClusterHealth, Operation, PLACE_OF_USER, SloReport } from "@troupe/runtime/internal";
import { UNHURRIED } from "../support/gateway-bed.ts";
import { silentLogger } from "../support/nats-server.ts";
import { ObedientNode } from "../support/obedient-node.ts";
import { until } from "../support/stack.ts";
import { SupervisorBed } from "../support/supervisor-bed.ts";

let bed: SupervisorBed;
let gateway: Gateway;
let nodes: ObedientNode[] = [];
before(async () => {
  bed = await SupervisorBed.start();
  await bed.supervisor();
  nodes = ["n1", "n2"].map((name) => new ObedientNode(bed, name));
  await until("two nodes", 15_000, async () => (await bed.ask<ClusterHealth>("health")).nodes.up === 2);
  await bed.deploy();
  gateway = createGateway({
    system: "bed",
    servers: bed.server.url,
    seed: bed.server.seedOf("gateway"),
    ...PLACE_OF_USER.gateway,
    loadLimits: UNHURRIED,
    logger: silentLogger,
  });
  await gateway.start();
  await until("every actor", 15_000, async () => (await bed.ask<ClusterHealth>("health")).actors.available === 3);
});
after(async () => {
  for (const node of nodes) node.stop();
  await gateway?.stop();
  await bed[Symbol.asyncDispose]();
});

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${gateway.url}/api/v1/${path}`, { headers });
const post = (kind: string, body: object, type = "application/json") =>
  fetch(`${gateway.url}/api/v1/operations/${kind}`, {
    method: "POST",
    headers: { "content-type": type },
    body: JSON.stringify(body),
  });

test("every view of the cluster is there", async () => {
  for (const [view, key] of [
    ["cluster", "status"],
    ["nodes", "nodes"],
    ["actors", "actors"],
    ["queues", "queues"],
    ["placement", "replicas"],
  ] as const) {
    const response = await get(view);
    assert.equal(response.status, 200, view);
    assert.ok(key in ((await response.json()) as object), view);
  }
});

test("usage is there by what it is asked by, and a wrong question is named", async () => {
  const response = await get("usage?by=role,day&from=2026-01-01");
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { lines: [], is_complete: true });
  const wrong = await get("usage?by=colour");
  assert.equal(wrong.status, 400);
  assert.match(await wrong.text(), /by/);
});

test("objectives are there as the supervisor counts them", async () => {
  const response = await get("slo");
  assert.equal(response.status, 200);
  const { objectives } = SloReport.parse(await response.json());
  assert.deepEqual(
    objectives.map(({ name }) => name),
    ["availability", "latency", "errors", "cost"],
  );
});

test("an operation is accepted with its place, and confirmed there", async () => {
  const response = await post("scale", { role: "a", replicas: 2, reason: "over HTTP" });
  assert.equal(response.status, 202);
  const location = response.headers.get("location");
  assert.equal(location, "/api/v1/operations/scale.a.2");
  Operation.parse(await response.json());
  await until("confirmed", 15_000, async () => {
    const operation = Operation.parse(await (await fetch(`${gateway.url}${location}`)).json());
    return operation.state === "confirmed" && operation.total === 2;
  });
  const waited = Operation.parse(await (await post("scale", { role: "a", replicas: 1, wait_ms: 10_000 })).json());
  assert.equal(waited.state, "confirmed", waited.text);
});

const statusOf = async (response: Promise<Response>) => {
  const { status, headers } = await response;
  assert.match(headers.get("content-type") ?? "", /^application\/problem\+json/);
  return status;
};

test("a wrong operation is a problem with a path, the supervisor's refusal one with what there is", async () => {
  assert.equal(await statusOf(post("scale", { role: "a", replicas: -1 })), 400);
  assert.equal(await statusOf(post("scale", { role: "zzz", replicas: 1 })), 404);
  assert.equal(await statusOf(post("migrate", { replica: "a/0", to: "n9" })), 404);
  assert.equal(await statusOf(post("fly", {})), 405);
  assert.equal(await statusOf(get("operations/fly.a")), 400);
});

test("a page of another site cannot send one: only JSON is taken, and nobody answers its preflight", async () => {
  for (const type of ["text/plain", "application/x-www-form-urlencoded"])
    assert.equal((await post("pause", { role: "a" }, type)).status, 415, type);
  const preflight = await fetch(`${gateway.url}/api/v1/operations/pause`, {
    method: "OPTIONS",
    headers: { origin: "https://example.com", "access-control-request-method": "POST" },
  });
  assert.equal(preflight.headers.get("access-control-allow-origin"), null);
  const { desired } = { desired: await bed.ask<ClusterHealth>("health") };
  assert.ok(!desired.reasons.some((reason) => reason.startsWith("paused")));
});

const read = async (headers: Record<string, string>, isEnough: (text: string) => boolean) => {
  const response = await get("events", headers);
  assert.equal(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (isEnough(text)) break;
  }
  return text;
};

test("events come as a stream that goes on after the last one that was seen", async () => {
  const first = await read({}, (text) => text.includes("event: scale"));
  assert.match(first, /"reason":"over HTTP"/);
  const last = [...first.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1] ?? "";
  await post("pause", { role: "b" });
  const second = await read({ "last-event-id": last }, (text) => text.includes("event: pause"));
  assert.ok(!second.includes("over HTTP"), "what was seen comes not again");
  await post("resume", { role: "b" });
});

test("a task that nobody takes says why", async () => {
  await post("pause", { role: "a" });
  const submitted = await fetch(`${gateway.url}/api/v1/tasks`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ role: "a", input: "x" }),
  });
  const { task_id } = (await submitted.json()) as { task_id: string };
  const view = async () => (await (await get(`tasks/${task_id}`)).json()) as { waiting_reason?: string };
  await until("a reason", 15_000, async () => (await view()).waiting_reason === "a is paused");
  await post("resume", { role: "a" });
  await until("none", 15_000, async () => (await view()).waiting_reason === undefined);
});
