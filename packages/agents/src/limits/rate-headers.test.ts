import assert from "node:assert/strict";
import { test } from "node:test";
import { durationMs, readRateHeaders } from "./rate-headers.ts";

const DURATIONS: readonly (readonly [string, number | undefined])[] = [
  ["1s", 1_000],
  ["6m0s", 360_000],
  ["120ms", 120],
  ["1h2m3.5s", 3_723_500],
  ["7", 7_000],
  ["", undefined],
  ["soon", undefined],
  ["-1s", undefined],
  ["1s ", undefined],
];
for (const [text, ms] of DURATIONS) {
  test(`a reset of ${JSON.stringify(text)} is ${ms} ms`, () => assert.equal(durationMs(text), ms));
}

test("limits are read from an answer's headers, what makes no sense is left out", () => {
  const headers = new Headers({
    "x-ratelimit-limit-requests": "60",
    "x-ratelimit-remaining-requests": "59",
    "x-ratelimit-reset-requests": "1s",
    "x-ratelimit-limit-tokens": "many",
    "x-ratelimit-remaining-tokens": "1",
  });
  assert.deepEqual(readRateHeaders(headers), { requests: { limit: 60, remaining: 59, fullInMs: 1_000 } });
  assert.equal(readRateHeaders(new Headers({ "x-ratelimit-limit-requests": "-3" })), undefined);
});
