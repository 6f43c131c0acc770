/** A role that an agent elsewhere plays, against a real A2A server: a gateway, whose tasks the test plays itself. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { a2aRole } from "@troupe/agents";
import type { Gateway } from "@troupe/gateway";
import { complete, type Outcome, reply, TroupeError } from "@troupe/runtime";
import { createFakeContext, type FakeContextOptions } from "@troupe/runtime/internal-testing";
import { type GatewayBed, hopOf, startGatewayBed, writtenBy } from "../support/gateway-bed.ts";
import { makeKey } from "../support/gateway-callers.ts";
import { nextTask, opened, play, say, silent } from "../support/played-task.ts";
import { until } from "../support/stack.ts";

let bed: GatewayBed;
let gateway: Gateway;

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
  gateway = await bed.gateway();
});
after(() => bed[Symbol.asyncDispose]());

const roleAt = (url: string, change: Partial<Parameters<typeof a2aRole<"client">>[0]> = {}) =>
  a2aRole({ card: `${url}/a2a/router`, to: "client", ...change });
const receive = async (
  context: FakeContextOptions = {},
  role = roleAt(gateway.url),
  message = `hello ${randomUUID()}`,
) => {
  const ctx = createFakeContext({ role: "remote", ...context });
  return { ctx, outcome: await role.create().receive(message, ctx) };
};
const sequence = async () => (await bed.log.last("demo.log.0.v1.*.start.>"))?.sequence;
const codeOf = (outcome: Outcome) => (outcome.outcome === "fail" ? outcome.error.code : outcome.outcome);

test("a message is a task there, its answer comes as it is made, and bears the label of where it comes from", async () => {
  const { input, answer } = await play(
    bed,
    () => receive(),
    async (id) => {
      await opened(bed, id);
      say(bed, id, "developer", 2, "hi ");
    },
    { result: "hi there" },
  );
  const { ctx, outcome } = await answer;
  assert.match(String(input), /^hello /);
  assert.deepEqual(outcome, complete("hi there"));
  assert.deepEqual(ctx.taint, ["a2a"]);
  assert.deepEqual(
    ctx.steps.map(({ name, effect }) => [name, effect]),
    [
      ["a2a:send", "once"],
      ["a2a:result", "repeat"],
    ],
  );
});

test("a called role answers its caller, with data as data", async () => {
  const { answer } = await play(bed, () => receive({ isCalled: true }), silent, { result: { n: 1 } });
  assert.deepEqual((await answer).outcome, reply({ n: 1 }));
});

test("whoever takes over follows the task that is recorded, and sends nothing", async () => {
  const { id } = await nextTask(bed, () => void receive({}).catch(() => undefined));
  const stored = (await bed.log.last("demo.log.0.v1.*.start.>"))?.sequence;
  const sent = { taskId: id, contextId: "c", state: "working", content: "", says: "" };
  const taken = receive({ journal: [{ name: "a2a:send", value: sent }] });
  await opened(bed, id);
  await bed.done(id, { result: "from the first message" });
  assert.deepEqual((await taken).outcome, complete("from the first message"));
  assert.equal((await bed.log.last("demo.log.0.v1.*.start.>"))?.sequence, stored);
});

test("a gateway that goes away in the middle loses nothing: the task is followed where it is again", async () => {
  const port = Number(new URL(gateway.url).port);
  const { id, answer } = await begun();
  await gateway.stop();
  await bed.done(id, { result: "after the break" });
  gateway = await bed.gateway({ port });
  assert.deepEqual((await answer).outcome, complete("after the break"));
});

async function begun(context: FakeContextOptions = {}, role = roleAt(gateway.url)) {
  let answer: ReturnType<typeof receive> | undefined;
  const { id } = await nextTask(bed, () => {
    answer = receive(context, role);
    answer.catch(() => undefined);
  });
  await opened(bed, id);
  assert.ok(answer);
  return { id, answer };
}

test("a failure there is one here, in the agent's words", async () => {
  const { answer } = await play(bed, () => receive(), silent, {
    status: "failed",
    error: { code: "handler_failed", message: "it broke" },
  });
  const { outcome } = await answer;
  assert.equal(codeOf(outcome), "tool_failed");
  assert.match(JSON.stringify(outcome), /failed: it broke/);
});

test("when time is over, the task is cancelled there", async () => {
  let answer: ReturnType<typeof receive> | undefined;
  const { id } = await nextTask(bed, () => {
    answer = receive({}, roleAt(gateway.url, { timeoutMs: 300 }));
    answer.catch(() => undefined);
  });
  await assert.rejects(answer ?? assert.fail(), (error) => TroupeError.is(error, "deadline_exceeded"));
  await until("it is cancelled", 15_000, async () => {
    const stored = await bed.log.get(bed.subjects.done(id as never));
    return stored === undefined ? false : new TextDecoder().decode(stored.body).includes("cancelled");
  });
});

test("an agent that needs an answer gets that of the signal, in its task", async () => {
  const { id, answer } = await begun({ signals: { answer: "yes" } });
  const input = `demo.log.0.v1.${id}.start.client.m.send.router`;
  const signal = { type: "signal", hop: hopOf(9), index: 0, name: "go" };
  await bed.write(id, hopOf(1), "router", "c.wait.1", writtenBy("n1"), { need: 1, for: [signal], input });
  await until("the answer is there", 15_000, async () => {
    const stored = await bed.log.get(`demo.log.0.v1.${id}.${hopOf(9)}.human.m.reply.router`);
    return stored !== undefined && new TextDecoder().decode(stored.body) === '{"value":"yes"}';
  });
  await bed.done(id, { result: "thanks" });
  const { ctx, outcome } = await answer;
  assert.deepEqual(outcome, complete("thanks"));
  assert.equal(ctx.emitted[0]?.name, "question");
});

test("nothing is sent over budget, over the rate, or with a label that is not to go there", async () => {
  const first = await sequence();
  const services = {
    budgets: () => {
      throw new TroupeError("budget_exceeded", "spent");
    },
  };
  const spent = await receive({ services }, roleAt(gateway.url, { costUsd: 1 }));
  assert.equal(codeOf(spent.outcome), "budget_exceeded");
  const labelled = await receive({ taint: ["secret", "web"] });
  assert.equal(codeOf(labelled.outcome), "taint_refused");
  const refusing = roleAt(gateway.url, { outside: { accepts: ["client"] } });
  assert.equal(codeOf((await receive({ taint: ["web"] }, refusing)).outcome), "taint_refused");
  assert.equal(await sequence(), first);
});

test("it signs in with what the node knows; a refusal is clear, and nothing listening is tried again", async () => {
  const { text } = await makeKey(bed, "acme", ["user"]);
  const closed = await bed.gateway({ auth: {} });
  await assert.rejects(receive({}, roleAt(closed.url)), (error) => TroupeError.is(error, "tool_failed"));
  const signedIn = roleAt(closed.url, { headers: { authorization: `Bearer ${text}` } });
  const { answer } = await play(bed, () => receive({}, signedIn), silent, { result: "in" });
  assert.deepEqual((await answer).outcome, complete("in"));
  const missing = roleAt(closed.url, { headers: { authorization: { env: "TROUPE_TEST_NOT_SET" } } });
  await assert.rejects(receive({}, missing), (error) => TroupeError.is(error, "invalid_config"));
  await closed.stop();
  const { ctx, outcome } = await receive({}, roleAt(closed.url));
  assert.equal(codeOf(outcome), "unavailable");
  // That nothing was sent is recorded: whoever runs the hop again is in no doubt.
  assert.equal(ctx.steps.filter(({ value }) => JSON.stringify(value).startsWith('{"unsent":')).length, 4);
});
