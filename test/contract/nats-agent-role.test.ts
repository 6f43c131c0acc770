/** A role that an agent on NATS plays, through the node's service and with the node's rights; the agent is written by the protocol's text. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { headers, type Msg } from "@nats-io/transport-node";
import { natsAgentRole } from "@troupe/agents";
import { agentPromptService } from "@troupe/agents/internal";
import { type BrokerCaller, type BrokerHandler, complete, type Json, type Outcome, TroupeError } from "@troupe/runtime";
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
import { createFakeContext, type FakeContextOptions } from "@troupe/runtime/internal-testing";
import { TEST_SYSTEM, TestCluster } from "../support/cluster.ts";
import { silentLogger } from "../support/nats-server.ts";

const HERMES = "agents.prompt.hermes.alice.work";
const NOBODY = "agents.prompt.hermes.alice.nobody";
const OWN = `agents.prompt.troupe.${TEST_SYSTEM}.a`;
const agentAt = (subject: string, change: object = {}) => ({
  name: "nats-agent",
  kind: "service",
  permission: "EXECUTE",
  callsPerMinute: 100,
  target: subject,
  ...change,
});
const MANIFEST = SystemManifest.parse({
  name: "agents",
  graph: { client: ["desk"], desk: ["client", "nobody", "own", "inner", "wary"] },
  taint: { client: ["client"] },
  roles: {
    desk: { kind: "actor", tools: [agentAt(HERMES)] },
    nobody: { kind: "actor", tools: [agentAt(NOBODY)] },
    own: { kind: "actor", tools: [agentAt(OWN)] },
    inner: { kind: "actor", tools: [agentAt(`${TEST_SYSTEM}.supervisor.health`)] },
    wary: { kind: "actor", tools: [agentAt(HERMES, { accepts: ["client"] })] },
  },
});
const caller = (role: string, incarnation = "i"): BrokerCaller => ({ version: "v1", role, incarnation });

let cluster: TestCluster;
let agent: Link;
let node: BrokerHandler;
/** Prompts that reached the agent, with their ids. */
const heard: { readonly prompt: string; readonly id: string | undefined }[] = [];
let onSilent: (() => void) | undefined;

const open = (user: UserName, name: string) =>
  openLink({
    servers: cluster.server.url,
    seed: cluster.server.seedOf(user),
    apiPrefix: PLACE_OF_USER[user].apiPrefix,
    inboxPrefix: PLACE_OF_USER[user].inboxPrefix,
    name,
    logger: silentLogger,
  });

before(async () => {
  cluster = await TestCluster.start();
  agent = await open("tools", "hermes");
  agent.nc.subscribe(HERMES, { queue: "agents", callback: (_, message) => answer(message) });
  await agent.nc.flush();
  node = agentPromptService().open({
    openLink: () => open("node", "n1"),
    subjects: new Subjects(TEST_SYSTEM),
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    node: "n1",
    incarnation: "i",
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the service reads nothing but the manifest
    deploymentOf: async () => ({ manifest: MANIFEST }) as Deployment,
  });
});
after(async () => {
  await node.close();
  await agent.close();
  await cluster.stop();
});

/** An agent that does what its prompt says. */
function answer(message: Msg): void {
  const { prompt } = message.json<{ prompt: string }>();
  heard.push({ prompt, id: message.headers?.get("Nats-Msg-Id") });
  const chunk = (type: string, data: unknown): void => void message.respond(JSON.stringify({ type, data }));
  chunk("status", "ack");
  if (prompt === "be silent") return onSilent?.();
  if (prompt === "fail") {
    const failed = headers();
    failed.set("Nats-Service-Error-Code", "500");
    failed.set("Nats-Service-Error", "handler error: it broke");
    message.respond("", { headers: failed });
  } else if (prompt === "ask back") {
    return chunk("query", { id: "q", reply_subject: "_INBOX.q", prompt: "Which day?" });
  } else if (prompt === "be odd") {
    message.respond("{");
    message.respond("[]");
    chunk("weather", { rain: true });
    chunk("response", 5);
    const noEnd = headers();
    noEnd.set("X", "1");
    message.respond("", { headers: noEnd });
    chunk("response", { text: "odd", attachments: [{ filename: "a.png", content: "" }] });
  } else {
    for (const piece of ["You said: ", prompt]) chunk("response", piece);
  }
  message.respond("");
}

type RoleOptions = Partial<Parameters<typeof natsAgentRole<"client">>[0]>;

async function receive(prompt: string, options: RoleOptions = {}, given: FakeContextOptions = {}, role = "desk") {
  const services = { agent_prompt: (body: Json) => node.ask(caller(role), body), ...given.services };
  const ctx = createFakeContext({ role, taint: ["client"], ...given, services });
  const played = natsAgentRole<"client">({ subject: HERMES, to: "client", ...options });
  const outcome: Outcome = await played.create().receive(prompt, ctx);
  return { ctx, outcome };
}
const refused = (code: string) => (error: unknown) => TroupeError.is(error, code as "forbidden");
const codeOf = (outcome: Outcome) => (outcome.outcome === "fail" ? outcome.error.code : outcome.outcome);

test("the agent's answer is the role's, bears its label, and is one recorded effect that is charged for", async () => {
  const { ctx, outcome } = await receive("hello", { costUsd: 0.02 }, { services: { budgets: () => ({}) } });
  assert.deepEqual(outcome, complete("You said: hello"));
  assert.deepEqual(ctx.taint, ["client", "nats-agent"]);
  assert.deepEqual(
    ctx.steps.map(({ name, effect, usage }) => [name, effect, usage?.costMicros]),
    [["nats-agent:prompt", "once", 20_000]],
  );
});

test("what is recorded is not asked again", async () => {
  const asked = heard.length;
  const value = { kind: "answered", text: "from the journal" };
  const { outcome } = await receive("hello", {}, { journal: [{ name: "nats-agent:prompt", value }] });
  assert.deepEqual(outcome, complete("from the journal"));
  assert.equal(heard.length, asked);
});

test("an error of the agent is one of the role, in its words; so is a question, which no role can answer", async () => {
  for (const [prompt, words] of [
    ["fail", /it broke \(500\)/],
    ["ask back", /asked back.*Which day\?/],
  ] as const) {
    const { outcome } = await receive(prompt);
    assert.equal(codeOf(outcome), "tool_failed");
    assert.match(JSON.stringify(outcome), words);
  }
});

test("what the protocol does not know is passed over, and files are named", async () => {
  const { outcome } = await receive("be odd");
  assert.deepEqual(outcome, complete("odd\n[file a.png left out]"));
});

test("where nobody takes prompts nothing was done: that is recorded, so it is tried again without any doubt", async () => {
  const { ctx, outcome } = await receive("hello", { subject: NOBODY }, {}, "nobody");
  assert.equal(codeOf(outcome), "unavailable");
  assert.deepEqual(
    ctx.steps.map(({ value }) => value),
    Array.from({ length: 4 }, () => ({ unsent: `nobody takes prompts on ${NOBODY}` })),
  );
});

test("an agent that does not answer in time leaves the effect in doubt; one that knows its prompts again gets the same id", async () => {
  const silent = new Promise<void>((resolve) => (onSilent = resolve));
  await assert.rejects(receive("be silent", { timeoutMs: 200 }), refused("effect_in_doubt"));
  await silent;
  await assert.rejects(receive("be silent", { timeoutMs: 200, idempotent: true }), refused("outcome_unknown"));
  assert.ok(heard.filter(({ prompt }) => prompt === "be silent").every(({ id }) => id !== undefined && id !== ""));
});

const spent = () => {
  throw new TroupeError("budget_exceeded", "spent");
};

test("nothing is sent over budget, or with a label that is not to go there", async () => {
  const asked = heard.length;
  const over = await receive("hello", { costUsd: 1 }, { services: { budgets: spent } });
  assert.equal(codeOf(over.outcome), "budget_exceeded");
  const secret = await receive("hello", {}, { taint: ["client", "secret"] });
  assert.equal(codeOf(secret.outcome), "taint_refused");
  assert.equal(heard.length, asked);
});

const begin = (change: object = {}) => ({
  op: "begin",
  tool: "nats-agent",
  prompt: "hello",
  idempotencyKey: "k",
  taint: ["client"],
  ...change,
});

test("a host gets the node to prompt what was deployed for its role, and nothing else", async () => {
  const asked = heard.length;
  for (const role of ["own", "inner"])
    await assert.rejects(node.ask(caller(role), begin()), refused("forbidden"), role);
  await assert.rejects(node.ask(caller("desk"), begin({ tool: "other" })), refused("forbidden"));
  await assert.rejects(node.ask(caller("desk"), begin({ subject: HERMES })), refused("invalid_request"));
  await assert.rejects(node.ask(caller("desk"), begin({ taint: [] })), refused("taint_refused"));
  await assert.rejects(node.ask(caller("wary"), begin({ taint: ["client", "web"] })), refused("taint_refused"));
  assert.equal(heard.length, asked);
});

test("one host hears nothing of another's prompt, and what a host left open is gone with it", async () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the service's own answer
  const { promptId } = (await node.ask(caller("desk", "first"), begin())) as { promptId: string };
  const next = { op: "next", promptId, waitMs: 1_000 };
  await assert.rejects(node.ask(caller("desk", "second"), next), refused("outcome_unknown"));
  node.hostEnded?.("first");
  await assert.rejects(node.ask(caller("desk", "first"), next), refused("outcome_unknown"));
});

test("an agent reaches nothing of the system", async () => {
  for (const subject of [`${TEST_SYSTEM}.tasks.a.submit`, `${TEST_SYSTEM}.supervisor.health`, OWN])
    await assert.rejects(agent.nc.request(subject, "x", { timeout: 15_000 }), /no responders/i, subject);
});
