import assert from "node:assert/strict";
import { test } from "node:test";
import { type ModelSpec, TroupeError } from "@troupe/runtime";
import type { ModelClient, ModelScope } from "./model.ts";
import { createModelChain } from "./model-chain.ts";

const MODELS: Readonly<Record<string, ModelSpec>> = {
  a: { model: "a", fallback: ["b", "c"] },
  b: { model: "b" },
  c: { model: "c" },
};
const unavailable = (details: Record<string, unknown> = {}) =>
  new TroupeError("model_unavailable", "is down", { details });
const refused = () => new TroupeError("model_refused", "says no");

/** Models by alias: an error that a call throws, or a window; and what was asked. */
function chain(what: Readonly<Record<string, Error | number>>) {
  const asked: { readonly alias: string; readonly hasFallback: boolean | undefined }[] = [];
  const open = (alias: string): ModelClient => ({
    windowTokens: typeof what[alias] === "number" ? what[alias] : undefined,
    isPriced: alias !== "c",
    complete: async (_call, scope) => {
      asked.push({ alias, hasFallback: scope.hasFallback });
      const behaviour = what[alias];
      if (behaviour instanceof Error) throw behaviour;
      const usage = { inputTokens: 1, outputTokens: 1, costMicros: 0 };
      return { content: alias, refusal: null, toolCalls: [], finishReason: "stop", usage, model: alias };
    },
  });
  return { asked, open, client: createModelChain("a", MODELS, open) };
}

const CALL = { messages: [{ role: "user" as const, content: "hello" }] };
const scope = (change: Partial<ModelScope> = {}): ModelScope => ({
  idempotencyKey: "k",
  signal: new AbortController().signal,
  ...change,
});

test("the next model is asked when one gives no answer, and the answer says which one it was", async () => {
  const changes: unknown[] = [];
  const { client, asked } = chain({ a: unavailable(), b: refused() });
  const answer = await client.complete(CALL, scope({ onFallback: (change) => changes.push(change) }));
  assert.equal(answer.content, "c");
  assert.deepEqual(answer.choice, { alias: "c", tier: "simple", complexity: 0, failed: ["a", "b"] });
  assert.deepEqual(changes, [
    { from: "a", to: "b", reason: "is down" },
    { from: "b", to: "c", reason: "says no" },
  ]);
  assert.deepEqual(
    asked.map(({ hasFallback }) => hasFallback),
    [true, true, false],
  );
});

test("nothing else is asked while the first model answers", async () => {
  const { client, asked } = chain({});
  assert.equal((await client.complete(CALL, scope())).content, "a");
  assert.equal(asked.length, 1);
});

test("when none answers the call is unavailable if any may be back, and says how long the first of them asked for", async () => {
  const all = chain({
    a: refused(),
    b: unavailable({ retry_after_ms: 9_000 }),
    c: unavailable({ retry_after_ms: 4_000 }),
  });
  await assert.rejects(all.client.complete(CALL, scope()), (error) => {
    assert.ok(TroupeError.is(error, "model_unavailable"));
    assert.equal(error.details["retry_after_ms"], 4_000);
    assert.match(error.message, /no model of a answered: says no; is down; is down/);
    return true;
  });
  const none = chain({ a: refused(), b: refused(), c: refused() });
  await assert.rejects(none.client.complete(CALL, scope()), (error) => TroupeError.is(error, "model_refused"));
});

test("an abort is no failure of a model: nobody else is asked", async () => {
  const stop = new AbortController();
  stop.abort(new Error("the hop is lost"));
  const { client, asked } = chain({ a: unavailable() });
  await assert.rejects(client.complete(CALL, scope({ signal: stop.signal })), /the hop is lost/);
  assert.equal(asked.length, 1);
});

test("a fault of ours is thrown on, not taken for a model that is down", async () => {
  const { client, asked } = chain({ a: new TypeError("a bug") });
  await assert.rejects(client.complete(CALL, scope()), /a bug/);
  assert.equal(asked.length, 1);
});

test("a model whose key is missing is passed over; when all are, opening says so", async () => {
  const { open } = chain({});
  const without =
    (...missing: readonly string[]) =>
    (alias: string) => {
      if (missing.includes(alias)) throw refused();
      return open(alias);
    };
  assert.equal((await createModelChain("a", MODELS, without("a")).complete(CALL, scope())).content, "b");
  assert.throws(
    () => createModelChain("a", MODELS, without("a", "b", "c")),
    (error) => TroupeError.is(error, "model_refused"),
  );
});

test("the window is the smallest of all, and one unknown price makes the alias unpriced", () => {
  const { client } = chain({ a: 9_000, b: 4_000 });
  assert.equal(client.windowTokens, 4_000);
  assert.equal(client.isPriced, false);
});

test("where a rule asks for it the first choice is passed over; what has no fallback is asked all the same", async () => {
  const { client, asked } = chain({});
  assert.equal((await client.complete(CALL, scope({ prefersFallback: true }))).content, "b");
  assert.deepEqual(asked, [{ alias: "b", hasFallback: true }]);
  const { open } = chain({});
  const alone = createModelChain("c", MODELS, open);
  assert.equal((await alone.complete(CALL, scope({ prefersFallback: true }))).content, "c");
});

test("calls left are those of the alias itself", () => {
  const { open } = chain({});
  const counted = createModelChain("a", MODELS, (alias) => ({
    ...open(alias),
    callsLeft: () => (alias === "a" ? 7 : 99),
  }));
  assert.equal(counted.callsLeft?.(), 7);
});
