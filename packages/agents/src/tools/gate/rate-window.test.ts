import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { admitCall, type RateWindow } from "./rate-window.ts";

test("the call after the last one of the minute is refused until the oldest is forgotten", () => {
  let window: RateWindow = [];
  for (const atMs of [10_000, 20_000, 30_000]) {
    const decision = admitCall(window, 3, atMs);
    assert.ok(decision.isAdmitted);
    window = decision.window;
  }
  assert.deepEqual(admitCall(window, 3, 40_000), { isAdmitted: false, retryAfterMs: 31_000 });
  assert.equal(admitCall(window, 3, 70_999).isAdmitted, false);
  assert.equal(admitCall(window, 3, 71_000).isAdmitted, true);
});

test("no minute ever holds more calls than the limit, whatever the clocks of the nodes say", () => {
  const steps = fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 200 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), steps, (limit, pauses) => {
      let window: RateWindow = [];
      let nowMs = 1_000_000;
      const begun: number[] = [];
      for (const pauseMs of pauses) {
        nowMs += pauseMs;
        const decision = admitCall(window, limit, nowMs);
        if (!decision.isAdmitted) {
          assert.ok(decision.retryAfterMs > 0 && decision.retryAfterMs <= 61_000);
          continue;
        }
        window = decision.window;
        begun.push(nowMs);
        assert.ok(begun.filter((at) => at > nowMs - 60_000).length <= limit);
        assert.ok(window.length <= 61);
      }
    }),
  );
});

test("a clock that goes back forgets nothing", () => {
  const first = admitCall([], 1, 100_000);
  assert.ok(first.isAdmitted);
  assert.equal(admitCall(first.window, 1, 50_000).isAdmitted, false);
});
