import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "@troupe/runtime";
import { createFakeContext } from "@troupe/runtime/internal-testing";
import fc from "fast-check";
import type { ModelCall, ModelClient } from "../models/model.ts";
import { countAll, textOf } from "../models/tokens.ts";
import { composePrompt } from "./prompt-context.ts";

const PARTS = { role: "planner", instructions: "You are the planner. Plan.", choices: [], answer: undefined };
const noSummary = { turns: 10, summarise: false };

/** A model with a window, that answers every call with these words. */
function model(windowTokens: number | undefined, words: string | Error = "They agreed.") {
  const calls: ModelCall[] = [];
  const client: ModelClient = {
    windowTokens,
    isPriced: true,
    complete: async (call) => {
      calls.push(call);
      if (words instanceof Error) throw words;
      const usage = { inputTokens: 1, outputTokens: 1, costMicros: 1 };
      return { content: words, refusal: null, toolCalls: [], finishReason: "stop", usage, model: "m" };
    },
  };
  return { client, calls };
}
const turns = (count: number, length = 100) =>
  Array.from({ length: count }, (_, index) => ({ role: "r", content: `turn ${index}: ${"word ".repeat(length)}` }));

test("without a window ten turns go into the prompt, or as many as the role says", async () => {
  const { client } = model(undefined);
  const conversation = { input: "the task", history: turns(14) };
  const shown = async (policy: typeof noSummary) =>
    (await composePrompt(createFakeContext(), client, PARTS, conversation, policy)).prompt.match(/^## r$/gm)?.length ??
    0;
  assert.equal(await shown(noSummary), 10);
  assert.equal(await shown({ turns: 3, summarise: false }), 3);
  assert.equal(await shown({ turns: 0, summarise: false }), 0);
});

test("the instructions and the task are never cut, and all else fits into three quarters of the window", async () => {
  const body = fc.record({
    windowTokens: fc.integer({ min: 300, max: 3_000 }),
    lengths: fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 14 }),
    exchanges: fc.integer({ min: 0, max: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(body, async ({ windowTokens, lengths, exchanges }) => {
      const history = lengths.map((length, index) => ({
        role: "r",
        content: `turn ${index} ${"word ".repeat(length)}`,
      }));
      const remembered = Array.from({ length: exchanges }, () => ({ prompt: "before ".repeat(40), answer: "yes" }));
      const ctx = createFakeContext({ session: "s", state: { exchanges: remembered } });
      const { client } = model(windowTokens);
      const composed = await composePrompt(ctx, client, PARTS, { input: "the task", history }, noSummary);
      const texts = composed.messages.map(textOf);
      assert.equal(texts[0], "You are the planner. Plan.");
      assert.ok(texts.at(-1)?.startsWith("Task:\nthe task"));
      // The line that tells how many are left out is not weighed.
      assert.ok((await countAll(texts)) <= (windowTokens * 3) / 4 + 20);
    }),
    { numRuns: 60 },
  );
});

test("a task that is larger than the window is asked all the same, alone", async () => {
  const { client } = model(300);
  const input = "word ".repeat(1_000);
  const composed = await composePrompt(createFakeContext(), client, PARTS, { input, history: turns(2) }, noSummary);
  assert.ok(composed.prompt.includes(input.trim()));
  assert.match(composed.prompt, /2 earlier turns are left out/);
});

test("what is left out is summarised once, by a recorded step; the summary stands before the turns that stay", async () => {
  const { client, calls } = model(undefined);
  const conversation = { input: "the task", history: turns(4, 1) };
  const policy = { turns: 1, summarise: true };
  const ctx = createFakeContext();
  const { prompt } = await composePrompt(ctx, client, PARTS, conversation, policy);
  assert.match(prompt, /\[3 earlier turns are left out\]\n\nWhat they said, in short:\nThey agreed\.\n\n## r\nturn 3/);
  assert.equal(calls.length, 1);
  const asked = textOf(calls[0]?.messages[1] ?? { role: "user", content: "" });
  assert.ok(asked.includes("turn 0") && asked.includes("turn 2") && !asked.includes("turn 3"));
  assert.deepEqual(
    ctx.steps.map(({ name, usage }) => [name, usage?.inputTokens]),
    [["summary", 1]],
  );
  const replay = createFakeContext({ journal: ctx.steps });
  assert.equal((await composePrompt(replay, client, PARTS, conversation, policy)).prompt, prompt);
  assert.equal(calls.length, 1);
});

test("nothing is summarised when nothing is left out, and a summary that fails is gone without", async () => {
  const few = model(undefined);
  const conversation = { input: "the task", history: turns(3, 1) };
  await composePrompt(createFakeContext(), few.client, PARTS, conversation, { turns: 3, summarise: true });
  assert.equal(few.calls.length, 0);
  const down = model(undefined, new TroupeError("model_unavailable", "down"));
  const ctx = createFakeContext();
  const { prompt } = await composePrompt(ctx, down.client, PARTS, conversation, { turns: 1, summarise: true });
  assert.ok(!prompt.includes("in short") && prompt.includes("turn 2"));
  assert.deepEqual(
    ctx.logged.map(({ level }) => level),
    ["warn"],
  );
});

test("a summary is a call like others: it asks the node for its budget, and without one the hop goes on without it", async () => {
  const asked: string[] = [];
  const { client } = model(undefined);
  const budgeted: ModelClient = {
    ...client,
    complete: async (_, scope) => {
      await scope.ask?.("budgets", {});
      throw new TypeError("the node was not asked");
    },
  };
  const budgets = () => {
    asked.push("budgets");
    throw new TroupeError("budget_exceeded", "spent");
  };
  const ctx = createFakeContext({ services: { budgets } });
  const conversation = { input: "the task", history: turns(3) };
  const { prompt } = await composePrompt(ctx, budgeted, PARTS, conversation, { turns: 1, summarise: true });
  assert.deepEqual(asked, ["budgets"]);
  assert.match(prompt, /the task/);
});
