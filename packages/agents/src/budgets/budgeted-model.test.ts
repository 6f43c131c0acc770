import assert from "node:assert/strict";
import { test } from "node:test";
import { type Json, TroupeError } from "@troupe/runtime";
import { ManualClock } from "@troupe/runtime/internal-testing";
import { estimateOf } from "../models/call-estimate.ts";
import type { ModelAnswer, ModelCall, ModelClient } from "../models/model.ts";
import { waitForBudget } from "./budget-error.ts";
import { budgetedModel } from "./budgeted-model.ts";

const CALL: ModelCall = { messages: [{ role: "user", content: "x".repeat(300) }], maxOutputTokens: 50 };
const ANSWER: ModelAnswer = {
  content: "y",
  refusal: null,
  toolCalls: [],
  finishReason: "stop",
  usage: { inputTokens: 7, outputTokens: 3, costMicros: 9 },
  model: "m",
};

function budgeted(complete: ModelClient["complete"], answerTo: (question: Json) => Json | Promise<Json>) {
  const asked: Json[] = [];
  const clock = new ManualClock();
  const client = budgetedModel("fast", { windowTokens: undefined, isPriced: true, complete }, clock);
  const over = new AbortController();
  const ask = async (service: string, question: Json) => {
    assert.equal(service, "budgets");
    asked.push(question);
    return answerTo(question);
  };
  const call = () => client.complete(CALL, { idempotencyKey: "k", signal: over.signal, ask });
  return { asked, clock, call, over };
}

const uncalled = () => assert.fail("the model was called");
const granted = () => ({ reservation: "r1" });

test("a call is reserved for what it may need, and settled for what it used", async () => {
  const { asked, call } = budgeted(async () => ANSWER, granted);
  assert.deepEqual(await call(), ANSWER);
  assert.deepEqual(asked, [
    { op: "reserve", model: "fast", inputTokens: 108, outputTokens: 50 },
    { op: "settle", reservation: "r1", inputTokens: 7, outputTokens: 3 },
  ]);
});

test("a call that fails is refunded, and its own error comes out", async () => {
  const { asked, call } = budgeted(async () => Promise.reject(new TroupeError("model_unavailable", "down")), granted);
  await assert.rejects(call, (error) => TroupeError.is(error, "model_unavailable"));
  assert.deepEqual(asked.at(-1), { op: "refund", reservation: "r1" });
});

test("a refused call is never made", async () => {
  const { call } = budgeted(uncalled, () => Promise.reject(new TroupeError("budget_exceeded", "spent")));
  await assert.rejects(call, (error) => TroupeError.is(error, "budget_exceeded"));
});

test("an answer that was paid for stands, also when the node cannot be told", async () => {
  const { call } = budgeted(
    async () => ANSWER,
    (question) =>
      JSON.stringify(question).includes('reserve"')
        ? granted()
        : Promise.reject(new TroupeError("unavailable", "gone")),
  );
  assert.deepEqual(await call(), ANSWER);
});

test("while a call lives its reservation is renewed, and not after", async () => {
  const gate = Promise.withResolvers<ModelAnswer>();
  const { asked, clock, call } = budgeted(() => gate.promise, granted);
  const answer = call();
  await clock.sleeping(1);
  await clock.advance(40_000);
  assert.deepEqual(asked.at(-1), { op: "renew", reservation: "r1" });
  gate.resolve(ANSWER);
  await answer;
  await clock.advance(100_000);
  assert.deepEqual(
    asked.map((question) => (question as { op: string }).op),
    ["reserve", "renew", "settle"],
  );
});

test("without budgets on the node a call is not bounded; a node that is merely down refuses it", async () => {
  const missing = new TroupeError("unavailable", "none", { details: { why: "not_offered" } });
  assert.deepEqual(
    await budgeted(
      async () => ANSWER,
      () => Promise.reject(missing),
    ).call(),
    ANSWER,
  );
  const down = budgeted(
    async () => ANSWER,
    () => Promise.reject(new TroupeError("unavailable", "down")),
  );
  await assert.rejects(down.call, (error) => TroupeError.is(error, "unavailable"));
});

test("the estimate counts instructions, tools and schema, in bytes", () => {
  const more = estimateOf({ messages: [{ role: "user", content: "é".repeat(30) }], answer: { name: "a", schema: {} } });
  assert.deepEqual(more, { inputTokens: Math.ceil((60 + 24) / 3) + 8, outputTokens: 4_096 });
});

const WAITS: readonly (readonly [
  string,
  Record<string, Json>,
  number,
  number | undefined,
  number | null | undefined,
])[] = [
  ["what others hold is waited for, longer each time", { why: "held", window: "total" }, 2, undefined, 4_000],
  [
    "a minute that is spent, until it is over",
    { why: "spent", window: "minute", retry_after_ms: 12_000 },
    0,
    undefined,
    12_000,
  ],
  [
    "a day that is spent is not waited for",
    { why: "spent", window: "day", retry_after_ms: 12_000 },
    0,
    undefined,
    undefined,
  ],
  ["nor a total", { why: "spent", window: "total" }, 0, undefined, undefined],
  ["nor what can never fit", { why: "too_large", window: "minute", retry_after_ms: 5 }, 0, undefined, undefined],
  ["not beyond the deadline", { why: "spent", window: "minute", retry_after_ms: 12_000 }, 0, 11_000, null],
  ["not for ever", { why: "held", window: "total" }, 200, undefined, null],
];
for (const [what, details, waits, remainingMs, expected] of WAITS) {
  test(`a budget without room: ${what}`, () => assert.equal(waitForBudget({ details }, waits, remainingMs), expected));
}
