import assert from "node:assert/strict";
import { test } from "node:test";
import { type Json, TroupeError } from "@troupe/runtime";
import fc from "fast-check";
import type { ModelAnswer, ModelCall } from "../models/model.ts";
import { cacheKey } from "./cache-key.ts";
import { cachedModel } from "./cached-model.ts";
import { Recent } from "./recent.ts";

const CALL: ModelCall = { messages: [{ role: "user", content: "hi" }], temperature: 0 };
const ANSWER: ModelAnswer = {
  content: "hello",
  refusal: null,
  toolCalls: [],
  finishReason: "stop",
  usage: { inputTokens: 7, outputTokens: 3, costMicros: 9 },
  model: "m",
};

function cached(answers: Partial<ModelAnswer> = {}) {
  const rows = new Map<string, Json>();
  const tokens: string[] = [];
  let calls = 0;
  const complete = async () => {
    calls += 1;
    return { ...ANSWER, ...answers };
  };
  const client = cachedModel("fast", { windowTokens: undefined, isPriced: true, complete });
  const ask = async (_: string, question: Json) => {
    const { op, key, answer } = question as { op: string; key: string; answer: Json };
    if (op === "get") return { answer: rows.get(key) ?? null };
    rows.set(key, answer);
    return null;
  };
  const signal = new AbortController().signal;
  const completing = (call: ModelCall, mayCache = true, asking = ask) =>
    client.complete(call, {
      idempotencyKey: "k",
      signal,
      ask: asking,
      mayCache,
      onToken: (text) => void tokens.push(text),
    });
  return { complete: completing, calls: () => calls, rows, tokens };
}

test("the same question is asked once; the answer that is taken again costs nothing and says what it saved", async () => {
  const { complete, calls, tokens } = cached();
  assert.deepEqual(await complete(CALL), ANSWER);
  const again = await complete({ ...CALL, messages: [{ content: "hi", role: "user" }] });
  assert.equal(calls(), 1);
  assert.deepEqual(again, {
    ...ANSWER,
    usage: { inputTokens: 0, outputTokens: 0, costMicros: 0 },
    cached: { savedMicros: 9 },
  });
  assert.deepEqual(tokens, ["hello"]);
});

test("whatever an answer depends on makes another question", async () => {
  const tool = { type: "function", function: { name: "t", parameters: {} } } as const;
  const others: ModelCall[] = [
    { ...CALL, messages: [{ role: "system", content: "hi" }] },
    { ...CALL, temperature: 0.1 },
    { ...CALL, maxOutputTokens: 5 },
    { ...CALL, tools: [tool] },
    { ...CALL, answer: { name: "a", schema: {} } },
  ];
  const keys = [CALL, ...others].map((call) => cacheKey("fast", call));
  keys.push(cacheKey("standard", CALL));
  assert.equal(new Set(keys).size, keys.length);
});

const keyOfSchema = (schema: Record<string, unknown>) => cacheKey("m", { messages: [], answer: { name: "a", schema } });

test("a question's key does not depend on the order in which objects were put together", () => {
  const reversed = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(reversed)
      : typeof value === "object" && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .toReversed()
              .map(([key, entry]) => [key, reversed(entry)]),
          )
        : value;
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue()), (schema) => {
      return keyOfSchema(schema) === keyOfSchema(reversed(schema) as Record<string, unknown>);
    }),
  );
});

test("a role that did not ask for it is never answered from the cache, nor is anything kept of it", async () => {
  const { complete, calls, rows } = cached();
  await complete(CALL, false);
  await complete(CALL, false);
  assert.deepEqual([calls(), rows.size], [2, 0]);
});

test("an answer that was cut off, filtered or declined is not kept", async () => {
  for (const odd of [{ finishReason: "length" }, { finishReason: "content_filter" }, { refusal: "no" }]) {
    const { complete, rows } = cached(odd);
    await complete(CALL);
    assert.equal(rows.size, 0, JSON.stringify(odd));
  }
});

test("a cache that is down, or says nonsense, is no cache", async () => {
  const { complete } = cached();
  for (const ask of [
    () => Promise.reject(new TroupeError("unavailable", "down")),
    async () => ({ answer: { content: 5 } }),
  ]) {
    assert.equal((await complete(CALL, true, ask)).content, "hello");
  }
});

test("memory keeps what was used last, within its bound", () => {
  const recent = new Recent<number>(10);
  recent.set("a", 1, 4);
  recent.set("b", 2, 4);
  assert.equal(recent.get("a"), 1);
  recent.set("c", 3, 4);
  assert.deepEqual([recent.get("a"), recent.get("b"), recent.get("c")], [1, undefined, 3]);
  recent.set("c", 4, 11);
  assert.equal(recent.get("c"), undefined);
});
