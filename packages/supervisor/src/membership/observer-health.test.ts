import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "@troupe/runtime/internal";
import { ObserverHealth, stretchOf } from "./observer-health.ts";

test("the slower the observer, the more patient: 1 to 8 times, and twice as much after its own reconnect", () => {
  const cases: [number, number, number][] = [
    [0, 60_000, 1],
    [200, 60_000, 1],
    [400, 60_000, 2],
    [10_000, 60_000, 8],
    [0, 9_999, 2],
    [0, 10_000, 1],
    [600, 100, 6],
    [5_000, 100, 8],
  ];
  for (const [loopMs, reconnectMs, expected] of cases)
    assert.equal(stretchOf(loopMs, reconnectMs), expected, `${loopMs} ms late, ${reconnectMs} ms after a reconnect`);
});

function bed() {
  let nowMs = 0;
  let p99Ms = 0;
  const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, sleep: () => Promise.resolve() };
  const health = new ObserverHealth(clock, { p99Ms: () => p99Ms, stop: () => undefined });
  return { health, pass: (ms: number) => (nowMs += ms), loopRuns: (lateMs: number) => (p99Ms = lateMs) };
}

test("an observer that stood still notices it, once", () => {
  const { health, pass } = bed();
  pass(900);
  assert.equal(health.pulse(), false);
  pass(1_001);
  assert.equal(health.pulse(), true);
  assert.equal(health.pulse(), false);
});

test("a busy loop makes it patient at once, and a calm one impatient again only after a while", () => {
  const { health, loopRuns, pass } = bed();
  assert.equal(health.stretch, 1);
  loopRuns(800);
  health.sample();
  assert.equal(health.stretch, 4);
  loopRuns(1);
  for (let second = 1; second <= 4; second++) health.sample();
  assert.equal(health.stretch, 4);
  health.sample();
  assert.equal(health.stretch, 1);
  health.reconnected();
  assert.equal(health.stretch, 2);
  pass(10_000);
  assert.equal(health.stretch, 1);
});
