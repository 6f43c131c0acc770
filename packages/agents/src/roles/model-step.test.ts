import assert from "node:assert/strict";
import { test } from "node:test";
import { assembleSystem } from "@troupe/runtime/internal";
import { createFakeContext, type FakeContextOptions } from "@troupe/runtime/internal-testing";
import { z } from "zod";
import { offline } from "../testing/test-models.ts";
import { agentWith } from "./agent.ts";
import type { AgentOptions } from "./agent-options.ts";
import { waitForModels } from "./model-step.ts";

type Options = AgentOptions<string, string>;

/** An agent whose model fails so often with 500, and the sleeps that it took. */
async function run(times: number, options: Partial<Options>, change: FakeContextOptions = {}) {
  const { open, server } = await offline({ kind: "server_error", times });
  const slept: number[] = [];
  const ctx = { ...createFakeContext(change), sleep: async (ms: number) => void slept.push(ms) };
  const agent = agentWith<string, string>({ model: "fast", instructions: "Do it.", to: "client", ...options }, open);
  const outcome = await agent.create().receive("hello", ctx);
  return { outcome, ctx, slept, server };
}

test("a role that waits sleeps durably, asks again, and gives the model's answer", async () => {
  // Two tries a call: the first two calls fail.
  const { outcome, ctx, slept } = await run(4, { whenDown: "wait" });
  assert.equal(outcome.outcome, "complete");
  // 5 s and 10 s, and an eighth for the spread: the test's random number is one half.
  assert.deepEqual(slept, [5_625, 11_250]);
  assert.deepEqual(
    ctx.steps.map(({ name }) => name),
    ["model:fast", "random", "model:fast", "random", "model:fast"],
  );
});

test("a replay waits in the same places and asks nobody", async () => {
  const first = await run(4, { whenDown: "wait" });
  const again = await run(0, { whenDown: "wait" }, { journal: first.ctx.steps, remainingMs: 1 });
  assert.deepEqual(again.outcome, first.outcome);
  assert.deepEqual(again.slept, first.slept);
  assert.equal(again.server.requestCount, 0);
});

test("nothing is waited for that the deadline cuts off: the hop fails and says how often it asked", async () => {
  const { outcome, slept } = await run(100, { whenDown: "wait" }, { remainingMs: 8_000 });
  assert.ok(outcome.outcome === "fail");
  assert.equal(outcome.error.code, "model_unavailable");
  assert.match(outcome.error.message, /asked 2 times/);
  assert.equal(slept.length, 1);
});

test("the wait doubles up to ten minutes, is never shorter than the endpoint asks, and ends", () => {
  assert.deepEqual(
    [0, 1, 6, 7, 99].map((waits) => waitForModels(waits, undefined, undefined)),
    [5_000, 10_000, 320_000, 600_000, 600_000],
  );
  assert.equal(waitForModels(0, 42_000, undefined), 42_000);
  assert.equal(waitForModels(0, 1e12, undefined), 600_000);
  assert.equal(waitForModels(100, undefined, undefined), undefined);
  assert.equal(waitForModels(0, undefined, 5_000), undefined);
});

test("a degraded answer goes where the model's would have gone", async () => {
  const plain = await run(100, { whenDown: { answer: "Try later." } });
  assert.deepEqual(plain.outcome, { outcome: "complete", body: "Try later." });
  assert.deepEqual(plain.ctx.logged.map(({ level }) => level).filter((level) => level === "warn").length > 0, true);
  const whenDown = { answer: "Unread.", to: "reviewer" };
  const routed = await run(100, { to: undefined, route: ["reviewer", "client"], whenDown });
  assert.deepEqual(routed.outcome, {
    outcome: "forward",
    to: "reviewer",
    body: { input: "hello", history: [{ role: "role", content: "Unread.", reason: "no model answers" }] },
  });
  const router = await run(100, { to: undefined, route: ["reviewer"], decidesOnly: true, whenDown });
  assert.deepEqual(router.outcome, {
    outcome: "forward",
    to: "reviewer",
    body: { input: "hello", history: [], note: "no model answers" },
  });
});

test("a refusal fails the hop at once, whatever the role does when models are down", async () => {
  for (const whenDown of ["wait", { answer: "x" }] as const) {
    const { open, server } = await offline({ kind: "refuse" });
    const agent = agentWith<string, string>({ model: "fast", instructions: "x", to: "client", whenDown }, open);
    const outcome = await agent.create().receive("hello", createFakeContext());
    assert.ok(outcome.outcome === "fail");
    assert.equal(outcome.error.code, "model_refused");
    assert.equal(server.requestCount, 1);
  }
});

test("a degraded answer that the model could not have given, and fallbacks that do not exist, are told at once", async () => {
  const { open } = await offline();
  const output = z.object({ score: z.number() });
  const role = (options: Partial<Options>) =>
    agentWith<string, string>({ model: "fast", instructions: "x", to: "client", ...options }, open);
  const assembled = assembleSystem({
    name: "s",
    graph: { client: ["a", "b", "c"], a: ["client"], b: ["a"], c: ["a", "client"] },
    models: { lost: { model: "x", fallback: ["nobody"], tiers: { simple: "nothing" } } },
    roles: {
      a: role({ output, whenDown: { answer: "text" }, context: { turns: -1 } }),
      b: role({ to: undefined, route: ["a"], whenDown: { answer: "x" } }),
      c: role({ model: "lost", to: "client", whenDown: { answer: "x", to: "a" } }),
    },
  });
  assert.ok(!assembled.ok);
  assert.deepEqual(
    assembled.problems.map(({ path }) => path),
    [
      "roles.a.context.turns",
      "roles.a.whenDown.answer",
      "roles.b.whenDown.to",
      "roles.c.model",
      "roles.c.model",
      "roles.c.whenDown.to",
    ],
  );
});

test("half a tool call is told to the model, not run; the model is asked again with the reason", async () => {
  const { tool } = await import("../tools/tool.ts");
  let ran = 0;
  const look = tool({
    name: "look",
    description: "Looks",
    permission: "READ",
    parameters: z.object({ at: z.string() }),
    run: () => {
      ran += 1;
      return "seen";
    },
  });
  const { open, server } = await offline({ kind: "broken_tool" });
  const agent = agentWith<string, string>({ model: "fast", instructions: "x", to: "client", tools: [look] }, open);
  const outcome = await agent.create().receive("[[tool look]] please", createFakeContext());
  assert.equal(ran, 0);
  // The offline model sees the error as the tool's result and answers with it.
  assert.match(JSON.stringify(outcome), /look was not run\. The arguments are not JSON/);
  assert.equal(server.requestCount, 2);
});
