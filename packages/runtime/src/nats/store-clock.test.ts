import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Clock, systemClock } from "../clock.ts";
import { StoreClock } from "./store-clock.ts";

const HOUR_MS = 3_600_000;

/** A machine whose wall clock anybody may turn. */
function machine(wallMs: number) {
  const at = { wallMs, monotonicMs: 500 };
  const clock: Clock = { ...systemClock, nowMs: () => at.wallMs, monotonicMs: () => at.monotonicMs };
  return { at, clock };
}

test("until the store has told its time the machine's counts, then the store's, however the machine's is turned", () => {
  const { at, clock } = machine(10 * HOUR_MS);
  const store = new StoreClock(clock);
  assert.equal(store.nowMs(), 10 * HOUR_MS);
  store.heard(7 * HOUR_MS, 500, 500);
  assert.equal(store.nowMs(), 7 * HOUR_MS);
  at.wallMs += HOUR_MS;
  at.monotonicMs += 250;
  assert.equal(store.nowMs(), 7 * HOUR_MS + 250);
});

test("an answer that fits what was believed changes nothing, one that does not sets the time to the middle of what it allows", () => {
  const { clock } = machine(0);
  const store = new StoreClock(clock);
  store.heard(1_000_000, 500, 500);
  store.heard(1_000_000, 300, 600);
  assert.equal(store.nowMs(), 1_000_000);
  store.heard(2_000_000, 460, 500);
  assert.equal(store.nowMs(), 2_000_020);
});

test("whatever the ways there and back take, the time is never further off than the last answer took", () => {
  const answer = fc.record({
    pauseMs: fc.integer({ min: 0, max: 10_000 }),
    thereMs: fc.integer({ min: 0, max: 2_000 }),
    backMs: fc.integer({ min: 0, max: 2_000 }),
  });
  fc.assert(
    fc.property(fc.array(answer, { minLength: 1 }), fc.integer({ min: -HOUR_MS, max: HOUR_MS }), (answers, skewMs) => {
      const { at, clock } = machine(123);
      const store = new StoreClock(clock);
      for (const { pauseMs, thereMs, backMs } of answers) {
        at.monotonicMs += pauseMs;
        const askedMs = at.monotonicMs;
        at.monotonicMs += thereMs + backMs;
        store.heard(askedMs + thereMs + skewMs, askedMs, at.monotonicMs);
        const offMs = Math.abs(store.nowMs() - (at.monotonicMs + skewMs));
        assert.ok(offMs <= thereMs + backMs + 1, `${offMs} ms off`);
      }
    }),
  );
});
