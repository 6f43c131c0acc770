import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "./manual-clock.ts";

test("sleeps wake in the order in which they are due, at their own time", async () => {
  const clock = new ManualClock(1_000);
  const woken: [string, number][] = [];
  const sleep = async (name: string, ms: number) => {
    await clock.sleep(ms);
    woken.push([name, clock.nowMs()]);
  };
  const all = [sleep("late", 30), sleep("soon", 10), sleep("tie", 10)];
  assert.equal(clock.nextInMs, 10);
  await clock.advance(20);
  assert.deepEqual(woken, [
    ["soon", 1_010],
    ["tie", 1_010],
  ]);
  await clock.advance(10);
  await Promise.all(all);
  assert.deepEqual(woken.at(-1), ["late", 1_030]);
  assert.equal(clock.nextInMs, undefined);
});

test("an aborted sleep rejects with the reason and is forgotten", async () => {
  const clock = new ManualClock();
  const stop = new AbortController();
  const sleep = clock.sleep(10, stop.signal);
  stop.abort(new Error("enough"));
  await assert.rejects(sleep, /enough/);
  assert.equal(clock.nextInMs, undefined);
  await assert.rejects(clock.sleep(1, stop.signal), /enough/);
});

test("whoever waits for sleepers is told of the first one that comes", async () => {
  const clock = new ManualClock();
  const seen = clock.sleeping(2);
  const both = [clock.sleep(1), clock.sleep(2)];
  await seen;
  await clock.advance(2);
  await Promise.all(both);
});
