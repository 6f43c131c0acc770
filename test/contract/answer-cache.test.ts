/** The node's service `cache` on a real server: nodes share answers, tenants and roles do not. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadModelSettings, modelServices } from "@troupe/agents/internal";
import {
  type BrokerCaller,
  type BrokerHandler,
  directGetLast,
  type Json,
  SystemManifest,
  systemClock,
  systemRandom,
  TroupeError,
} from "@troupe/runtime/internal";
import { z } from "zod";
import { TestCluster } from "../support/cluster.ts";
import { silentLogger } from "../support/nats-server.ts";

const SYSTEM = fileURLToPath(new URL("../support/asking-system.ts", import.meta.url));
const MANIFEST = SystemManifest.parse({
  name: "asking",
  graph: { client: ["a", "sealed"], a: ["client"], sealed: ["client"] },
  roles: { a: { kind: "actor" }, sealed: { kind: "actor" } },
  encryption: { roles: ["sealed"] },
  models: { m: { model: "m" } },
});
const Found = z.strictObject({ answer: z.looseObject({ content: z.string() }).nullable() });
const KEY = "a".repeat(64);
const GET = { op: "get", model: "m", key: KEY };
const put = (content: string, toolCalls: readonly Json[] = []) => ({
  op: "put",
  model: "m",
  key: KEY,
  answer: {
    content,
    refusal: null,
    toolCalls,
    finishReason: "stop",
    usage: { inputTokens: 1, outputTokens: 1, costMicros: 1 },
    model: "m",
  },
});

let cluster: TestCluster;
let caller: BrokerCaller;
let stranger: BrokerCaller;
const nodes: BrokerHandler[] = [];
before(async () => {
  cluster = await TestCluster.start();
  const deployment = await cluster.deploy("v1", SYSTEM, MANIFEST);
  const task = await cluster.submit("v1", "a", { service: "x", body: 1 });
  const others = await cluster.submit("v1", "a", { service: "x", body: 1 }, "other-tenant");
  stranger = { version: "v1", role: "a", task: others, incarnation: "host1" };
  caller = { version: "v1", role: "a", task, incarnation: "host1" };
  const settings = loadModelSettings({ TROUPE_MODEL_MODE: "live", OPENAI_BASE_URL: "http://127.0.0.1:1/v1" });
  for (const node of ["n1", "n2"]) {
    const service = modelServices(settings).find(({ name }) => name === "cache");
    assert.ok(service);
    nodes.push(
      service.open({
        openLink: () => cluster.link("node"),
        subjects: cluster.subjects,
        clock: systemClock,
        random: systemRandom,
        logger: silentLogger,
        node,
        incarnation: "life1",
        deploymentOf: () => Promise.resolve(deployment),
      }),
    );
  }
});
after(async () => {
  for (const node of nodes) await node.close();
  await cluster.stop();
});

const found = async (node: BrokerHandler | undefined, who: BrokerCaller) =>
  Found.parse(await node?.ask(who, GET)).answer?.content;

test("an answer that one node keeps the other one finds; another tenant and another role do not", async () => {
  const [first, second] = nodes;
  assert.equal(await found(first, caller), undefined);
  await first?.ask(caller, put("kept"));
  assert.equal(await found(second, caller), "kept");
  assert.equal(await found(first, stranger), undefined);
  assert.equal(await found(second, { ...caller, role: "b" }), undefined);
  await second?.ask(stranger, put("theirs"));
  assert.deepEqual([await found(first, caller), await found(first, stranger)], ["kept", "theirs"]);
});

test("of a role whose bodies are encrypted nothing is kept", async () => {
  const sealed = { ...caller, role: "sealed" };
  await nodes[0]?.ask(sealed, put("secret"));
  assert.deepEqual(await nodes[0]?.ask(sealed, GET), { answer: null });
});

test("rows go by themselves, and nonsense is refused by name", async () => {
  const row = await directGetLast(cluster.core, "KV_test-cache", cluster.subjects.row("cache", `test.a.m.${KEY}`));
  assert.equal(row?.headers.last("Nats-TTL"), "3600s");
  const bodies: Json[] = [
    { op: "get" },
    { ...GET, key: "../x" },
    { ...GET, tenant: "other-tenant" },
    { ...put("x"), answer: {} },
  ];
  for (const body of bodies) {
    await assert.rejects(
      async () => nodes[0]?.ask(caller, body),
      (error) => TroupeError.is(error, "invalid_request"),
    );
  }
});
