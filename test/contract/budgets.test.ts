/** The node's service `budgets` on a real server: brokers that race for one account, and what becomes of one that dies. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadModelSettings, modelServices } from "@troupe/agents/internal";
import {
  type BrokerCaller,
  type BrokerHandler,
  CasBucket,
  type Clock,
  compile,
  type Json,
  SystemManifest,
  systemClock,
  systemRandom,
  type TaskId,
  TroupeError,
} from "@troupe/runtime/internal";
import { z } from "zod";
import { TestCluster } from "../support/cluster.ts";
import { silentLogger } from "../support/nats-server.ts";

const SYSTEM = fileURLToPath(new URL("../support/asking-system.ts", import.meta.url));
const MANIFEST = {
  name: "asking",
  graph: { client: ["a"], a: ["client"] },
  roles: { a: { kind: "actor" } },
  models: { m: { model: "m", price: { inputUsd: 1, outputUsd: 2 } } },
} as const;
const Reserved = z.strictObject({ reservation: z.string() });
const Row = z.looseObject({
  total: z.looseObject({ calls: z.number(), tokens: z.number(), costMicros: z.number() }),
  slices: z.record(z.string(), z.unknown()),
});

let cluster: TestCluster;
const brokers: BrokerHandler[] = [];
before(async () => {
  cluster = await TestCluster.start();
  assert.ok(compile(SystemManifest.parse(MANIFEST)).ok);
});
after(async () => {
  for (const opened of brokers) await opened.close();
  await cluster.stop();
});

let versions = 0;
async function deploy(budgets: unknown) {
  const version = `v${++versions}` as const;
  const deployment = await cluster.deploy(version, SYSTEM, SystemManifest.parse({ ...MANIFEST, budgets }));
  const task = await cluster.submit(version, "a", { service: "x", body: 1 });
  return { version, deployment, task };
}
type Deployed = Awaited<ReturnType<typeof deploy>>;

function broker(node: string, { deployment }: Deployed, clock: Clock = systemClock): BrokerHandler {
  const settings = loadModelSettings({ TROUPE_MODEL_MODE: "live", OPENAI_BASE_URL: "http://127.0.0.1:1/v1" });
  const service = modelServices(settings).find(({ name }) => name === "budgets");
  assert.ok(service);
  const handler = service.open({
    openLink: () => cluster.link("node"),
    subjects: cluster.subjects,
    clock,
    random: systemRandom,
    logger: silentLogger,
    node,
    incarnation: `life${versions}`,
    deploymentOf: () => Promise.resolve(deployment),
  });
  brokers.push(handler);
  return handler;
}

const caller = ({ version, task }: { version: string; task: TaskId }, incarnation = "host1"): BrokerCaller => ({
  version,
  role: "a",
  task,
  incarnation,
});
const CALL = { op: "reserve", model: "m", inputTokens: 100, outputTokens: 200 };

async function reserve(handler: BrokerHandler, who: BrokerCaller): Promise<string | TroupeError> {
  try {
    return Reserved.parse(await handler.ask(who, CALL)).reservation;
  } catch (error) {
    if (error instanceof TroupeError) return error;
    throw error;
  }
}

async function rowOf(key: string) {
  const rows = new CasBucket({
    link: cluster.core,
    subjects: cluster.subjects,
    bucket: "budgets",
    schema: Row,
    logger: silentLogger,
  });
  return (await rows.get(key))?.value;
}

const isEmpty = (of: object): boolean => Object.keys(of).length === 0;

/** Settled usage is written soon after, not at once. */
async function untilRow(key: string, is: (row: z.infer<typeof Row>) => boolean): Promise<void> {
  for (const deadline = performance.now() + 10_000; ; ) {
    const row = await rowOf(key);
    if (row && is(row)) return;
    assert.ok(performance.now() < deadline, JSON.stringify(row));
    await systemClock.sleep(20);
  }
}

test("two nodes race for ten calls: ten are reserved and no more, and refunds are free for the others", async () => {
  const deployed = await deploy({ tenant: { total: { calls: 10 } } });
  const nodes = [broker("race-1", deployed), broker("race-2", deployed)] as const;
  const who = caller(deployed);
  const asked = await Promise.all(
    Array.from({ length: 100 }, async (_, i) => ({
      node: nodes[i % 2 === 0 ? 0 : 1],
      got: await reserve(nodes[i % 2 === 0 ? 0 : 1], who),
    })),
  );
  const granted = asked.filter(({ got }) => typeof got === "string");
  assert.equal(granted.length, 10);
  for (const { got } of asked) {
    if (typeof got === "string") continue;
    assert.equal(got.code, "budget_exceeded");
    assert.equal(got.details["why"], "held", "calls that run may still be refunded");
  }
  const [first, ...others] = granted;
  assert.ok(first);
  await first.node.ask(who, { op: "refund", reservation: String(first.got) });
  for (const { node, got } of others)
    await node.ask(who, { op: "settle", reservation: String(got), inputTokens: 10, outputTokens: 20 });
  await untilRow("tenant.test", ({ total }) => total.calls === 9);
  const other = first.node === nodes[0] ? nodes[1] : nodes[0];
  const tenth = await reserve(other, who);
  assert.ok(typeof tenth === "string");
  await other.ask(who, { op: "settle", reservation: tenth, inputTokens: 10, outputTokens: 20 });
  // 10 input tokens at $1 and 20 output tokens at $2 a million, ten times.
  await untilRow("tenant.test", ({ total }) => total.calls === 10 && total.tokens === 300 && total.costMicros === 500);
  const spent = await reserve(nodes[0], who);
  assert.equal(spent instanceof TroupeError && spent.details["why"], "spent");
});

/** How the ledger sees a reservation that found no room. */
const whyNot = (got: string | TroupeError): unknown => got instanceof TroupeError && got.details["why"];

test("a node that dies between reserve and settle: what it held is waited for, and after a minute it is spent", async () => {
  const deployed = await deploy({ role: { total: { calls: 1 } } });
  const who = caller(deployed);
  assert.equal(typeof (await reserve(broker("dies", deployed), who)), "string");
  assert.equal(whyNot(await reserve(broker("early", deployed), who)), "held");
  assert.equal(whyNot(await reserve(broker("later", deployed, clockAhead(70_000)), who)), "spent");
  await untilRow("role.a", ({ total, slices }) => total.calls === 1 && total.tokens === 300 && isEmpty(slices));
});

test("another life of the node counts at once what the dead one held, and has the rest", async () => {
  const deployed = await deploy({ session: { total: { tokens: 700 } } });
  const who = caller(deployed);
  const dead = broker("again", deployed);
  for (let calls = 0; calls < 2; calls++) assert.equal(typeof (await reserve(dead, who)), "string");
  versions += 1;
  assert.equal(whyNot(await reserve(broker("again", deployed), who)), "spent");
});

test("what a dead host had reserved is spent; nobody else's host ends a reservation", async () => {
  const deployed = await deploy({ session: { total: { calls: 2 } } });
  const node = broker("hosts", deployed);
  const got = await reserve(node, caller(deployed));
  assert.equal(typeof got, "string");
  await node.ask(caller(deployed, "host2"), { op: "refund", reservation: String(got) });
  const other = await reserve(node, caller(deployed, "host2"));
  assert.equal(typeof other, "string");
  assert.equal(whyNot(await reserve(node, caller(deployed))), "held", "refunded by a stranger");
  node.hostEnded?.("host1");
  await node.ask(caller(deployed, "host2"), { op: "refund", reservation: String(other) });
  assert.equal(typeof (await reserve(node, caller(deployed, "host2"))), "string");
  assert.equal(whyNot(await reserve(node, caller(deployed, "host2"))), "held");
});

test("accounts follow the task's record: a task that the log does not have has no budget, and nonsense is refused by name", async () => {
  const deployed = await deploy(undefined);
  const node = broker("claims", deployed);
  const unknown = await reserve(node, caller({ ...deployed, task: `0-v${versions}-${"0".repeat(26)}` as TaskId }));
  assert.equal(unknown instanceof TroupeError && unknown.code, "unknown_task");
  const bodies: Json[] = [
    null,
    {},
    { ...CALL, inputTokens: -1 },
    { ...CALL, account: "tenant.other" },
    { op: "settle" },
  ];
  for (const body of bodies) {
    await assert.rejects(node.ask(caller(deployed), body), (error) => TroupeError.is(error, "invalid_request"));
  }
  await assert.rejects(node.ask(caller(deployed), { ...CALL, model: "toString" }), (error) =>
    TroupeError.is(error, "invalid_config"),
  );
});

const clockAhead = (ms: number): Clock => ({
  nowMs: () => systemClock.nowMs() + ms,
  monotonicMs: () => systemClock.monotonicMs(),
  sleep: (time, signal) => systemClock.sleep(time, signal),
});
