/** The node's services for tools, with the node's own rights on a server that has the system's accounts. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { headers, type Msg } from "@nats-io/transport-node";
import { loadModelSettings, modelServices, serviceRequestService, toolRateService } from "@troupe/agents/internal";
import { type BrokerCaller, type BrokerHandler, type BrokerService, type Json, TroupeError } from "@troupe/runtime";
import {
  type Deployment,
  type Link,
  openLink,
  PLACE_OF_USER,
  Subjects,
  SystemManifest,
  systemClock,
  systemRandom,
  type UserName,
} from "@troupe/runtime/internal";
import { TEST_SYSTEM, TestCluster } from "../support/cluster.ts";
import { silentLogger } from "../support/nats-server.ts";

const tool = (name: string, kind: string, change: Record<string, unknown> = {}) => ({
  name,
  kind,
  permission: "READ",
  callsPerMinute: 100,
  ...change,
});
const MANIFEST = SystemManifest.parse({
  name: "tools",
  graph: { client: ["a"], a: ["client"] },
  taint: { client: ["client"] },
  budgets: { role: { total: { costUsd: 0.01 } } },
  roles: {
    a: {
      kind: "agent",
      tools: [
        tool("ten", "function", { callsPerMinute: 10 }),
        tool("paid", "function", { costMicros: 4_000 }),
        tool("weather", "service", { target: "tool.weather.get", accepts: ["client"] }),
        tool("nobody", "service", { target: "tool.nobody" }),
        tool("silent", "service", { target: "tool.silent" }),
        tool("inside", "service", { target: `${TEST_SYSTEM}.supervisor.health` }),
        tool("server", "service", { target: "_INBOX.x" }),
      ],
    },
    b: { kind: "agent", tools: [] },
  },
});
const caller = (role = "a"): BrokerCaller => ({ version: "v1", role, incarnation: "i" });

let cluster: TestCluster;
let services: Link;
const open = (user: UserName, name: string) =>
  openLink({
    servers: cluster.server.url,
    seed: cluster.server.seedOf(user),
    apiPrefix: PLACE_OF_USER[user].apiPrefix,
    inboxPrefix: PLACE_OF_USER[user].inboxPrefix,
    name,
    logger: silentLogger,
  });
const opened: BrokerHandler[] = [];
function onNode(node: string, service: BrokerService): BrokerHandler {
  const handler = service.open({
    openLink: () => open("node", node),
    subjects: new Subjects(TEST_SYSTEM),
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    node,
    incarnation: "i",
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the services read nothing but the manifest
    deploymentOf: async () => ({ manifest: MANIFEST }) as Deployment,
  });
  opened.push(handler);
  return handler;
}

before(async () => {
  cluster = await TestCluster.start();
  services = await open("tools", "weather");
  services.nc.subscribe("tool.weather.get", {
    callback: (_, message) => {
      if (message.string().includes("fail")) failWith(message, "no such city");
      else message.respond(JSON.stringify({ asked: message.json(), key: message.headers?.get("Idempotency-Key") }));
    },
  });
  services.nc.subscribe("tool.silent", { callback: () => undefined });
  await services.nc.flush();
});
after(async () => {
  for (const handler of opened) await handler.close();
  await services.close();
  await cluster.stop();
});

function failWith(message: Msg, text: string): void {
  const failed = headers();
  failed.set("Nats-Service-Error", text);
  message.respond("", { headers: failed });
}

test("two nodes that count at the same time admit exactly as many calls as the role may begin", async () => {
  const [first, second] = [onNode("n1", toolRateService()), onNode("n2", toolRateService())];
  const asked = Array.from({ length: 15 }, () => [first, second].map((node) => node.ask(caller(), { tool: "ten" })));
  const answers = await Promise.all(asked.flat());
  const admitted = answers.filter((answer) => JSON.stringify(answer) === '{"isAdmitted":true}');
  assert.equal(admitted.length, 10);
  const refused = answers.find((answer) => JSON.stringify(answer).includes("false"));
  assert.match(JSON.stringify(refused), /^\{"isAdmitted":false,"retryAfterMs":[0-9.]+\}$/);
});

test("a role's limit is the deployment's: a host can neither name another tool nor another limit", async () => {
  const node = onNode("n1", toolRateService());
  for (const [role, body] of [
    ["b", { tool: "ten" }],
    ["a", { tool: "other" }],
    ["a", { tool: "ten", callsPerMinute: 1_000 }],
    ["a", "ten"],
  ] as const) {
    await assert.rejects(node.ask(caller(role), body), (error) =>
      TroupeError.is(error, "forbidden", "invalid_request"),
    );
  }
});

test("the cost of a call is the deployment's, and is taken from the role's budget until that has no room", async () => {
  const [budgets] = modelServices(loadModelSettings({}));
  assert.ok(budgets);
  const node = onNode("n1", budgets);
  const asking = { ...caller(), task: await cluster.submit("v1", "a", {}) };
  for (let call = 1; call <= 2; call++) assert.equal(await node.ask(asking, { op: "charge", tool: "paid" }), null);
  await assert.rejects(
    node.ask(asking, { op: "charge", tool: "paid" }),
    (error) => TroupeError.is(error, "budget_exceeded") && /role a/.test(error.message),
  );
  assert.equal(await node.ask(asking, { op: "charge", tool: "ten" }), null, "what costs nothing needs no room");
});

const question = (name: string, change: Record<string, Json> = {}) => ({
  tool: name,
  arguments: { city: "Oslo" },
  timeoutMs: 1_000,
  idempotencyKey: "t/h/1",
  taint: ["client"],
  ...change,
});

test("a service that is a tool is asked by the node, with the call's idempotency key", async () => {
  const answer = await onNode("n1", serviceRequestService()).ask(caller(), question("weather"));
  assert.deepEqual(answer, { body: { asked: { city: "Oslo" }, key: "t/h/1" } });
});

const refusals: readonly [
  string,
  Json,
  "forbidden" | "taint_refused" | "unavailable" | "outcome_unknown" | "tool_failed",
][] = [
  ["a tool that is no service", question("ten"), "forbidden"],
  ["a tool that was not deployed", question("other"), "forbidden"],
  ["one of the system's own subjects", question("inside"), "forbidden"],
  ["an inbox", question("server"), "forbidden"],
  ["a label that it does not accept", question("weather", { taint: ["client", "web"] }), "taint_refused"],
  ["a task that hides what clients' content is labelled with", question("weather", { taint: [] }), "taint_refused"],
  ["a service that is not there", question("nobody"), "unavailable"],
  ["a service that does not answer", question("silent", { timeoutMs: 200 }), "outcome_unknown"],
  ["a service that says no", question("weather", { arguments: { city: "fail" } }), "tool_failed"],
];
for (const [claim, body, code] of refusals) {
  test(`refused as ${code}: ${claim}`, async () => {
    const node = onNode("n1", serviceRequestService());
    await assert.rejects(node.ask(caller(), body), (error) => TroupeError.is(error, code));
  });
}

test("a service in the account of tools sees nothing of the system", async () => {
  const refused = /no responders|permissions violation/i;
  for (const subject of [`${TEST_SYSTEM}.tasks.a.submit`, `${TEST_SYSTEM}.supervisor.health`, "$SRV.PING"]) {
    await assert.rejects(services.nc.request(subject, "{}", { timeout: 1_000 }), refused, subject);
  }
  const streams = await services.nc.request("$JS.API.STREAM.NAMES", "{}", { timeout: 1_000 });
  assert.match(streams.string(), /JetStream not enabled for account/);
});
