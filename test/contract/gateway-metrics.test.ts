/** What Prometheus and probes read from a gateway, on a real server: its own figures and parts, and those of the cluster when somebody leads. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Gateway } from "@troupe/gateway";
import { type ClusterHealth, serve } from "@troupe/runtime/internal";
import { z } from "zod";
import { type GatewayBed, startGatewayBed } from "../support/gateway-bed.ts";
import { silentLogger } from "../support/nats-server.ts";

const HealthResponse = z.object({
  status: z.string(),
  parts: z.array(z.object({ name: z.string(), up: z.boolean() })),
});

let bed: GatewayBed;
let gateway: Gateway;

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
  gateway = await bed.gateway();
});
after(() => bed[Symbol.asyncDispose]());

const scrape = async (): Promise<string> => {
  const response = await fetch(`${gateway.url}/metrics`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain/);
  return response.text();
};

/** Scrapes until a line is there. */
async function value(line: RegExp): Promise<string> {
  for (const until = performance.now() + 10_000; performance.now() < until; ) {
    const text = await scrape();
    if (line.test(text)) return text;
  }
  throw new Error(`no line like ${line} within 10 s`);
}

test("requests are counted by operation and status; ids and unknown paths make no series of their own", async () => {
  await fetch(`${gateway.url}/api/v1/tasks/0-v1-00000000000000000000000000`).then((answer) => answer.text());
  await fetch(`${gateway.url}/no/such/path`).then((answer) => answer.text());
  await fetch(`${gateway.url}/nor/this`).then((answer) => answer.text());
  const text = await scrape();
  assert.match(text, /^troupe_http_requests_total\{operation="GET \/api\/v1\/tasks\/:id",status="404"\} 1$/m);
  assert.match(text, /^troupe_http_requests_total\{operation="GET unknown",status="404"\} 2$/m);
  assert.match(text, /^troupe_http_request_duration_seconds_count\{operation="GET unknown"\} 2$/m);
  assert.doesNotMatch(text, /0-v1-0000|such/);
});

test("without a supervisor the gateway's own figures are there, and that nobody leads", async () => {
  const text = await scrape();
  assert.match(text, /^troupe_supervisor_up 0$/m);
  assert.match(text, /^troupe_process_resident_memory_bytes [1-9]\d+$/m);
  assert.doesNotMatch(text, /^troupe_nodes\{/m);
});

test("with a supervisor its account of the cluster is there, and what it no longer tells of is gone", async (t) => {
  let health: ClusterHealth = {
    status: "degraded",
    reasons: [],
    system: "demo",
    version: "v1",
    nodes: { total: 4, up: 2, suspect: 1, dead: 1, draining: 0 },
    actors: { total: 3, available: 1, busy: 1, unavailable: 1 },
    mean_load: 0.25,
    queues: { router: { waiting: 7, in_flight: 2 } },
    tasks_in_flight: 9,
    dependencies: [],
    oldest_message_ms: 1_500,
    alerts: [
      { name: "node_lost", since: "", text: "" },
      { name: "node_lost", since: "", text: "" },
    ],
    supervisor: { id: "s", epoch: 5, since: "" },
  };
  const service = serve(bed.core, {
    name: "supervisor",
    version: "0.1.0",
    description: "stands for the leader",
    logger: silentLogger,
    endpoints: { health: { subject: bed.subjects.supervisor("health"), handle: (request) => request.respond(health) } },
  });
  t.after(() => service.stop());
  const text = await value(/^troupe_supervisor_up 1$/m);
  for (const line of [
    "troupe_cluster_healthy 0.5",
    'troupe_nodes{status="suspect"} 1',
    'troupe_actors{state="unavailable"} 1',
    "troupe_nodes_mean_load_ratio 0.25",
    'troupe_mailbox_messages{mailbox="router",state="waiting"} 7',
    "troupe_oldest_message_age_seconds 1.5",
    "troupe_tasks_in_flight 9",
    'troupe_alerts_firing{alert="node_lost"} 2',
    "troupe_supervisor_epoch 5",
  ])
    assert.ok(text.includes(`\n${line}\n`), `${line} in\n${text}`);
  health = { ...health, alerts: [], queues: {}, status: "healthy" };
  const later = await value(/^troupe_cluster_healthy 1$/m);
  assert.doesNotMatch(later, /node_lost|router/);
});

test("a model endpoint that fails everywhere degrades the gateway, and is 503 where somebody said that it matters", async (t) => {
  const dependencies = [
    { kind: "model", name: "api.inside KEY m", up: false, down_on: ["n1"], reason: "connect ECONNREFUSED 10.0.0.1:1" },
    { kind: "cache", name: "cache", up: true, down_on: [], reason: null },
  ];
  const service = serve(bed.core, {
    name: "supervisor",
    version: "0.1.0",
    description: "stands for the leader",
    logger: silentLogger,
    endpoints: {
      health: { subject: bed.subjects.supervisor("health"), handle: (request) => request.respond({ dependencies }) },
    },
  });
  t.after(() => service.stop());
  const health = await fetch(`${gateway.url}/health`);
  assert.equal(health.status, 200);
  const body = HealthResponse.parse(await health.json());
  assert.equal(body.status, "degraded");
  assert.deepEqual(
    body.parts.map(({ name, up }) => ({ name, up })),
    [
      { name: "gateway", up: true },
      { name: "nats", up: true },
      { name: "system", up: true },
      { name: "supervisor", up: true },
      { name: "models", up: false },
      { name: "cache", up: true },
    ],
  );
  assert.doesNotMatch(JSON.stringify(body), /inside|KEY|10\.0/);
  const strict = await bed.gateway({ requiredParts: ["models"] });
  const refused = await fetch(`${strict.url}/health`);
  assert.equal(refused.status, 503);
  assert.equal(HealthResponse.parse(await refused.json()).status, "critical");
  assert.equal((await fetch(`${strict.url}/readyz`)).status, 200, "it takes tasks all the same");
});
