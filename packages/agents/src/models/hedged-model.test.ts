import assert from "node:assert/strict";
import { test } from "node:test";
import { type ModelSpec, TroupeError } from "@troupe/runtime";
import { ManualClock } from "@troupe/runtime/internal-testing";
import { hedgedModel } from "./hedged-model.ts";
import type { ModelAnswer, ModelClient, ModelScope } from "./model.ts";

const MODELS: Readonly<Record<string, ModelSpec>> = {
  quick: { model: "q", hedge: { afterMs: 100, to: "other" } },
  twice: { model: "t", hedge: { afterMs: 100 } },
  plain: { model: "p" },
  other: { model: "o" },
};

const answerOf = (content: string): ModelAnswer => ({
  content,
  refusal: null,
  toolCalls: [],
  finishReason: "stop",
  usage: { inputTokens: 1, outputTokens: 1, costMicros: 1 },
  model: content,
});

interface Asked {
  readonly alias: string;
  readonly scope: ModelScope;
  readonly answer: (content: string) => void;
  readonly fail: (error: Error) => void;
}

/** Models that answer when the test says so, and as soon as they are cut off. */
function bed() {
  const clock = new ManualClock();
  const asked: Asked[] = [];
  const open = (alias: string): ModelClient => ({
    windowTokens: alias === "other" ? 500 : 1_000,
    isPriced: alias !== "other",
    complete: (_call, scope) =>
      new Promise((resolve, reject) => {
        scope.signal.addEventListener("abort", () => reject(scope.signal.reason as Error), { once: true });
        asked.push({ alias, scope, answer: (content) => resolve(answerOf(content)), fail: reject });
      }),
  });
  const tokens: string[] = [];
  const outer = new AbortController();
  const scope: ModelScope = { idempotencyKey: "k", signal: outer.signal, onToken: (text) => tokens.push(text) };
  const ask = (alias: string) =>
    hedgedModel(alias, MODELS, open, clock).complete({ messages: [{ role: "user", content: "hi" }] }, scope);
  const at = (index: number): Asked => {
    const found = asked[index];
    assert.ok(found, `${index + 1} calls were made`);
    return found;
  };
  return { clock, asked, open, ask, at, tokens, outer };
}

test("an answer that begins in time is the only one asked for", async () => {
  const { clock, ask, at, asked, tokens } = bed();
  const answer = ask("quick");
  await clock.advance(99);
  at(0).scope.onToken?.("a");
  await clock.advance(10_000);
  at(0).answer("abc");
  assert.deepEqual(await answer, answerOf("abc"));
  assert.deepEqual([asked.length, tokens], [1, ["a"]]);
});

test("when nothing comes the other alias is asked under a key of its own; the faster answers, the slower is cut off and unheard", async () => {
  const { clock, ask, at, asked, tokens } = bed();
  const answer = ask("quick");
  await clock.advance(100);
  assert.deepEqual(
    asked.map(({ alias, scope }) => [alias, scope.idempotencyKey]),
    [
      ["quick", "k"],
      ["other", "k/hedge"],
    ],
  );
  at(1).scope.onToken?.("fast");
  assert.equal(at(0).scope.signal.aborted, true);
  at(0).scope.onToken?.("slow");
  at(1).answer("fast");
  assert.deepEqual(await answer, { ...answerOf("fast"), hedgedBy: "other" });
  assert.deepEqual(tokens, ["fast"]);
});

test("the first call may still be the faster one", async () => {
  const { clock, ask, at, tokens } = bed();
  const answer = ask("twice");
  await clock.advance(100);
  at(0).scope.onToken?.("x");
  assert.equal(at(1).scope.signal.aborted, true);
  at(0).answer("x");
  assert.deepEqual(await answer, answerOf("x"));
  assert.deepEqual(tokens, ["x"]);
});

test("a call that fails leaves the answer to the other", async () => {
  for (const failing of [0, 1]) {
    const { clock, ask, at } = bed();
    const answer = ask("quick");
    await clock.advance(100);
    at(failing).fail(new TroupeError("model_unavailable", "down"));
    at(1 - failing).answer("yes");
    assert.equal((await answer).content, "yes");
  }
});

test("a failure before the time is up is the answer: retries and fallbacks are another layer", async () => {
  const { clock, ask, at, asked } = bed();
  const answer = ask("quick");
  at(0).fail(new TroupeError("model_refused", "no"));
  await assert.rejects(answer, (error) => TroupeError.is(error, "model_refused"));
  await clock.advance(10_000);
  assert.equal(asked.length, 1);
});

test("when both fail it is the first failure; when the winner fails in the middle it is the winner's", async () => {
  const both = bed();
  const answer = both.ask("quick");
  await both.clock.advance(100);
  both.at(1).fail(new Error("second"));
  both.at(0).fail(new Error("first"));
  await assert.rejects(answer, /first/);

  const middle = bed();
  const late = middle.ask("quick");
  await middle.clock.advance(100);
  middle.at(1).scope.onToken?.("x");
  middle.at(1).fail(new Error("broke off"));
  await assert.rejects(late, /broke off/);
});

test("whoever aborts the call aborts both", async () => {
  const { clock, ask, at, outer } = bed();
  const answer = ask("quick");
  await clock.advance(100);
  outer.abort(new Error("the task ended"));
  await assert.rejects(answer, /the task ended/);
  assert.deepEqual([at(0).scope.signal.aborted, at(1).scope.signal.aborted], [true, true]);
});

test("without a hedge the client is the alias's own; with one it has the narrower window", () => {
  const { open, clock } = bed();
  assert.equal(hedgedModel("plain", MODELS, open, clock).windowTokens, 1_000);
  const hedged = hedgedModel("quick", MODELS, open, clock);
  assert.deepEqual([hedged.windowTokens, hedged.isPriced], [500, false]);
});
