import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { afterTry, type Breaker, CLOSED, DEFAULT_BREAKER, enterBreaker, type TryResult } from "./breaker.ts";

const after = (results: readonly TryResult[], from: Breaker = CLOSED, nowMs = 0): Breaker =>
  results.reduce((breaker, result) => afterTry(breaker, result, nowMs, DEFAULT_BREAKER), from);
const enter = (breaker: Breaker, nowMs: number) => enterBreaker(breaker, nowMs, DEFAULT_BREAKER);
const FIVE: readonly TryResult[] = ["failure", "failure", "failure", "failure", "failure"];

test("five failures in a row open it for 60 s; four do not, nor do five with a success between", () => {
  assert.equal(after(FIVE.slice(1)).state, "closed");
  assert.equal(after(["failure", "failure", "success", "failure", "failure", "failure"]).state, "closed");
  const open = after(FIVE);
  assert.deepEqual(open, { state: "open", untilMs: 60_000 });
  assert.deepEqual(enter(open, 59_999), { allowed: false, waitMs: 1 });
  assert.equal(enter(open, 60_000).allowed, true);
});

test("half open lets one try through and decides by it", () => {
  const entry = enter(after(FIVE), 60_000);
  assert.ok(entry.allowed);
  assert.deepEqual(entry.next, { state: "half_open", untilMs: 120_000 });
  assert.equal(enter(entry.next, 60_001).allowed, false);
  assert.deepEqual(after(["success"], entry.next, 61_000), CLOSED);
  assert.deepEqual(after(["failure"], entry.next, 61_000), { state: "open", untilMs: 121_000 });
});

test("a try that its caller gave up counts for nothing, and makes room for the next when half open", () => {
  assert.deepEqual(after(["failure", "abandoned"]), { state: "closed", failures: 1 });
  const half: Breaker = { state: "half_open", untilMs: 120_000 };
  assert.equal(enter(after(["abandoned"], half, 70_000), 70_000).allowed, true);
});

test("a late failure does not keep an open breaker open for longer", () => {
  assert.deepEqual(after(["failure"], { state: "open", untilMs: 60_000 }, 50_000), { state: "open", untilMs: 60_000 });
});

test("whatever happens, a try is allowed again after at most 60 s, and a closed breaker has less than five failures", () => {
  const event = fc.record({
    stepMs: fc.integer({ min: 0, max: 40_000 }),
    result: fc.constantFrom<TryResult | "enter">("success", "failure", "abandoned", "enter"),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      let breaker = CLOSED;
      let nowMs = 0;
      for (const { stepMs, result } of events) {
        nowMs += stepMs;
        if (result === "enter") {
          const entry = enter(breaker, nowMs);
          if (entry.allowed) breaker = entry.next;
        } else breaker = afterTry(breaker, result, nowMs, DEFAULT_BREAKER);
        if (breaker.state === "closed") assert.ok(breaker.failures < 5);
        const entry = enter(breaker, nowMs);
        assert.ok(entry.allowed || entry.waitMs <= 60_000);
        assert.ok(enter(breaker, nowMs + 60_000).allowed);
      }
    }),
  );
});
