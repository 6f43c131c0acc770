import assert from "node:assert/strict";
import { test } from "node:test";
import { APIError } from "openai";
import { BrokenAnswerError, classifyFailure, type ModelFailure } from "./failure.ts";
import { DEFAULT_MODEL_RETRY, decideRetry } from "./retry.ts";

const NOW_MS = Date.parse("2026-11-21T10:00:00Z");

function apiError(status: number | undefined, headers: Record<string, string> = {}, code?: string): APIError {
  return APIError.generate(
    status,
    { error: { message: "words of the endpoint", code } },
    undefined,
    new Headers(headers),
  );
}

const classified: readonly [string, unknown, ModelFailure["kind"], number | undefined][] = [
  ["400", apiError(400), "refused", undefined],
  ["401", apiError(401), "refused", undefined],
  ["404", apiError(404), "refused", undefined],
  ["408", apiError(408), "transient", undefined],
  ["409", apiError(409), "transient", undefined],
  ["429 with seconds", apiError(429, { "retry-after": "2" }), "rate_limited", 2_000],
  ["429 with milliseconds first", apiError(429, { "retry-after": "2", "retry-after-ms": "150" }), "rate_limited", 150],
  ["429 with a date", apiError(429, { "retry-after": "Sat, 21 Nov 2026 10:00:05 GMT" }), "rate_limited", 5_000],
  ["429 with a date in the past", apiError(429, { "retry-after": "Sat, 21 Nov 2026 09:00:00 GMT" }), "rate_limited", 0],
  ["429 with nonsense", apiError(429, { "retry-after": "soon" }), "rate_limited", undefined],
  ["429 for a spent quota", apiError(429, {}, "insufficient_quota"), "refused", undefined],
  ["500", apiError(500), "transient", undefined],
  ["503 that says no", apiError(503, { "x-should-retry": "false" }), "refused", undefined],
  ["400 that says yes", apiError(400, { "x-should-retry": "true" }), "transient", undefined],
  ["a broken answer", new BrokenAnswerError("cut"), "transient", undefined],
  ["a body that is no JSON", new SyntaxError("Unexpected token"), "transient", undefined],
];

for (const [name, thrown, kind, retryAfterMs] of classified) {
  test(`${name} is ${kind}`, () => {
    const failure = classifyFailure(thrown, NOW_MS, "a-long-secret");
    assert.equal(failure.kind, kind);
    assert.equal(failure.retryAfterMs, retryAfterMs);
  });
}

const failure = (change: Partial<ModelFailure> = {}): ModelFailure => ({
  kind: "transient",
  reason: "",
  status: 500,
  retryAfterMs: undefined,
  ...change,
});
const decide = (what: ModelFailure, attempt: number, unit = 0.5, remainingMs?: number) =>
  decideRetry(what, attempt, DEFAULT_MODEL_RETRY, unit, { remainingMs });

test("the backoff doubles up to its limit, with full jitter", () => {
  assert.deepEqual(decide(failure(), 1), { retry: true, delayMs: 250 });
  assert.deepEqual(decide(failure(), 3), { retry: true, delayMs: 1_000 });
  assert.deepEqual(decide(failure(), 1, 0), { retry: true, delayMs: 0 });
  const slow = { ...DEFAULT_MODEL_RETRY, attempts: 100 };
  assert.deepEqual(decideRetry(failure(), 50, slow, 0.5), { retry: true, delayMs: 4_000 });
});

test("no more tries are made than the policy allows, and none after a refusal", () => {
  assert.equal(decide(failure(), 4).retry, false);
  assert.equal(decide(failure({ kind: "refused" }), 1).retry, false);
});

test("a Retry-After is obeyed up to the cap; a longer one fails the call", () => {
  assert.deepEqual(decide(failure({ retryAfterMs: 60_000 }), 1), { retry: true, delayMs: 60_000 });
  assert.deepEqual(decide(failure({ retryAfterMs: 60_001 }), 1), {
    retry: false,
    why: "the endpoint asks to wait 61 s",
  });
});

test("nothing is waited for that the deadline cuts off", () => {
  assert.equal(decide(failure({ retryAfterMs: 500 }), 1, 0.5, 500).retry, false);
  assert.equal(decide(failure({ retryAfterMs: 500 }), 1, 0.5, 501).retry, true);
});

const withFallback = (what: ModelFailure, attempt: number) =>
  decideRetry(what, attempt, DEFAULT_MODEL_RETRY, 0.5, { hasFallback: true }).retry;

test("while another model is at hand a rate limit is not waited for, and two tries are enough", () => {
  assert.equal(withFallback(failure({ kind: "rate_limited", retryAfterMs: 10 }), 1), false);
  assert.equal(withFallback(failure(), 1), true);
  assert.equal(withFallback(failure(), 2), false);
});

test("an answer without an end and an open breaker are not tried again", () => {
  assert.deepEqual(decide(failure({ kind: "endless" }), 1), { retry: false, why: "not asked again" });
  assert.deepEqual(decide(failure({ kind: "open", retryAfterMs: 10 }), 1), { retry: false, why: "not asked" });
});
