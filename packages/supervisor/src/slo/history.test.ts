import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SloHistory } from "./history.ts";
import { EMPTY_TALLY } from "./tally.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = 500_000 * HOUR + 17 * MINUTE + 30_000;
const one = { ...EMPTY_TALLY, tasks: 1, latencies: { 3: 1 } };

test("a window's sum is that of its minutes, however they were added and whether or not they were stored in between", () => {
  const ages = fc.array(fc.integer({ min: 0, max: 4 * 24 * HOUR }), { maxLength: 60 });
  fc.assert(
    fc.property(ages, fc.integer({ min: 1, max: 80 * 60 }), fc.boolean(), (all, minutes, isStored) => {
      const history = new SloHistory();
      for (const age of all) history.add(NOW - age, one);
      const read = isStored ? reloaded(history, all) : history;
      const from = Math.floor((NOW - minutes * MINUTE) / MINUTE) + 1;
      const inWindow = all.filter((age) => Math.floor((NOW - age) / MINUTE) >= from).length;
      assert.equal(read.sum(minutes * MINUTE, NOW).tasks, inWindow);
      assert.equal(read.sum(minutes * MINUTE, NOW).latencies[3] ?? 0, inWindow);
    }),
  );
});

function reloaded(history: SloHistory, ages: readonly number[]): SloHistory {
  const next = new SloHistory();
  for (const hour of new Set(ages.map((age) => SloHistory.hourOf(NOW - age)))) next.load(hour, history.minutesOf(hour));
  return next;
}

test("it knows since when, and forgets what no window reaches", () => {
  const history = new SloHistory();
  assert.equal(history.sinceMs, undefined);
  history.add(NOW - 31 * 24 * HOUR, one);
  history.add(NOW - 2 * HOUR, one);
  history.forget(NOW);
  assert.equal(history.sinceMs, Math.floor((NOW - 2 * HOUR) / MINUTE) * MINUTE);
  assert.equal(history.sum(40 * 24 * HOUR, NOW).tasks, 1);
});

test("old hours keep their sums without their minutes", () => {
  const history = new SloHistory();
  const old = NOW - 10 * 24 * HOUR;
  history.add(old, one);
  history.add(old + MINUTE, one);
  history.forget(NOW);
  assert.equal(history.minutesOf(SloHistory.hourOf(old)).size, 0);
  assert.equal(history.sum(20 * 24 * HOUR, NOW).tasks, 2);
  assert.equal(history.sum(5 * 24 * HOUR, NOW).tasks, 0);
  assert.equal(history.sinceMs, SloHistory.hourOf(old) * HOUR);
});
