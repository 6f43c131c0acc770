import assert from "node:assert/strict";
import { test } from "node:test";
import { decideRestart, type RestartIntensity } from "./intensity.ts";

const limit: RestartIntensity = { maxRestarts: 3, windowMs: 10_000, baseMs: 100, maxMs: 150 };

test("the first restart in a window is immediate, later ones wait longer up to the maximum", () => {
  const waits: number[] = [];
  let past: readonly number[] = [];
  for (const nowMs of [0, 1, 2]) {
    const decision = decideRestart(past, nowMs, limit, 0.999_999);
    assert.equal(decision.directive, "restart");
    if (decision.directive === "restart") waits.push(decision.delayMs);
    past = decision.restarts;
  }
  assert.deepEqual(waits, [0, 100, 150]);
});

test("more restarts than the intensity allows escalate", () => {
  assert.deepEqual(decideRestart([0, 1, 2], 3, limit, 0.5), { directive: "escalate", restarts: [0, 1, 2] });
});

test("restarts that left the window no longer count", () => {
  const decision = decideRestart([0, 1, 2], 10_001, limit, 0.5);
  assert.equal(decision.directive, "restart");
  assert.deepEqual(decision.restarts, [2, 10_001]);
});

test("jitter takes at most half of the wait", () => {
  const low = decideRestart([0], 1, limit, 0);
  assert.equal(low.directive === "restart" && low.delayMs, 50);
});
