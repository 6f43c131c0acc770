import assert from "node:assert/strict";
import { test } from "node:test";
import { RetryPolicy } from "../contracts/system.ts";
import { retryDelayMs } from "./backoff.ts";

const policy = RetryPolicy.parse({ baseMs: 1_000, factor: 2, maxMs: 30_000 });

test("the ceiling of a delay doubles with each attempt up to the maximum", () => {
  const ceilings = [1, 2, 3, 4, 5, 6, 7].map((attempt) => retryDelayMs(policy, attempt, 1));
  assert.deepEqual(ceilings, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

test("a delay may be anything from nothing to its ceiling", () => {
  assert.equal(retryDelayMs(policy, 3, 0), 0);
  assert.equal(retryDelayMs(policy, 3, 0.25), 1_000);
});
