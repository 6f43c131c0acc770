import assert from "node:assert/strict";
import { test } from "node:test";
import { createFakeContext, type FakeContext } from "@troupe/runtime/internal-testing";
import { z } from "zod";
import type { ModelAnswer } from "../models/model.ts";
import { agentWith } from "../roles/agent.ts";
import type { AgentOptions } from "../roles/agent-options.ts";
import type { OpenModel } from "../roles/agent-ports.ts";
import { offline, scripted } from "../testing/test-models.ts";
import { tool } from "./tool.ts";

type Options = AgentOptions<string, string>;

function run(open: OpenModel, options: Partial<Options>, message: string, ctx: FakeContext) {
  const complete = { model: "fast", instructions: "Do your part.", ...options };
  return agentWith<string, string>(complete, open).create().receive(message, ctx);
}

const weather = (seen: unknown[], change: { idempotent?: boolean } = {}) =>
  tool({
    name: "get_weather",
    description: "The weather of a city",
    permission: "READ",
    idempotent: false,
    parameters: z.object({ city: z.string().min(1) }),
    run: ({ city }, { idempotencyKey }) => {
      seen.push([city, idempotencyKey]);
      return { city, celsius: 21 };
    },
    ...change,
  });

test("a tool that the model asks for runs once, as a step of its own, and its result comes into the answer", async () => {
  const { open, server } = await offline();
  const seen: unknown[] = [];
  const ctx = createFakeContext({ role: "guide" });
  const message = 'Which coat? [[tool get_weather {"city":"Oslo"}]]';
  const outcome = await run(open, { to: "client", tools: [weather(seen)] }, message, ctx);
  assert.ok(outcome.outcome === "complete");
  assert.match(JSON.stringify(outcome.body), /A tool answered: .*Oslo.*celsius.*21/);
  assert.deepEqual(
    ctx.steps.map(({ name, effect }) => [name, effect]),
    [
      ["model:fast", "repeat"],
      ["tool:get_weather", "once"],
      ["model:fast", "repeat"],
    ],
  );
  assert.equal(seen.length, 1);
  assert.equal(server.requestCount, 2);

  const again = createFakeContext({ role: "guide", journal: ctx.steps });
  assert.deepEqual(await run(open, { to: "client", tools: [weather(seen)] }, message, again), outcome);
  assert.equal(seen.length, 1, "a replay runs no tool");
  assert.equal(server.requestCount, 2, "a replay asks no model");
});

test("a tool that declares itself idempotent needs no intent record", async () => {
  const { open } = await offline();
  const ctx = createFakeContext();
  await run(
    open,
    { to: "client", tools: [weather([], { idempotent: true })] },
    '[[tool get_weather {"city":"Bonn"}]]',
    ctx,
  );
  assert.equal(ctx.steps[1]?.effect, "repeat");
});

const wants = (name: string, text: string): Partial<ModelAnswer> => ({
  toolCalls: [{ id: "c1", name, arguments: text }],
  finishReason: "tool_calls",
});

const failing = tool({
  name: "failing",
  description: "",
  permission: "READ",
  parameters: z.object({}),
  run: () => {
    throw new Error("the disk is full");
  },
});

const toolErrors: readonly [string, Partial<ModelAnswer>, RegExp, number][] = [
  ["an unknown tool", wants("rm", "{}"), /there is no tool "rm"\. Tools: get_weather, failing\./, 3],
  ["arguments that are no JSON", wants("get_weather", "{city"), /was not run\. The arguments are not JSON/, 3],
  ["wrong arguments", wants("get_weather", '{"city":5}'), /was not run\. Wrong arguments: city \(5\)/, 3],
  ["a tool that throws", wants("failing", ""), /failing failed: the disk is full/, 3],
];
for (const [name, call, told, steps] of toolErrors) {
  test(`the model is told of ${name} and may go on`, async () => {
    const { open, calls } = scripted(call, { content: "I see." });
    const ctx = createFakeContext();
    const seen: unknown[] = [];
    const outcome = await run(open, { to: "client", tools: [weather(seen), failing] }, "x", ctx);
    assert.deepEqual(outcome, { outcome: "complete", body: "I see." });
    const last = calls[1]?.messages.at(-1);
    assert.ok(last?.role === "tool");
    assert.match(typeof last.content === "string" ? last.content : "", told);
    assert.equal(ctx.steps.length, steps);
    assert.deepEqual(seen, []);
  });
}

test("a model that never stops asking for tools is escalated after the limit", async () => {
  const { open, calls } = scripted(wants("get_weather", '{"city":"Rome"}'));
  const outcome = await run(open, { to: "client", tools: [weather([])], maxIterations: 3 }, "x", createFakeContext());
  assert.ok(outcome.outcome === "escalate");
  assert.match(outcome.reason, /after 3 calls/);
  assert.equal(calls.length, 3);
});
