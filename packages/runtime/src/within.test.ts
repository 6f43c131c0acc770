import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "./clock.ts";
import { isWithin } from "./within.ts";

/** A clock whose sleeps end when told to, or by their signal. */
function heldClock() {
  const ends: (() => void)[] = [];
  const ended: string[] = [];
  const clock: Clock = {
    nowMs: () => 0,
    monotonicMs: () => 0,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        ends.push(resolve);
        signal?.addEventListener("abort", () => {
          ended.push(`${ms} ms given up`);
          reject(new Error("aborted"));
        });
      }),
  };
  return { clock, ended, elapse: () => ends.splice(0).map((end) => end()) };
}

test("what settles in time counts, and the timer is given up", async () => {
  const { clock, ended } = heldClock();
  assert.equal(await isWithin(clock, 70, Promise.resolve("done")), true);
  assert.deepEqual(ended, ["70 ms given up"]);
});

test("what takes longer does not, and goes on", async () => {
  const { clock, elapse } = heldClock();
  const { promise, resolve } = Promise.withResolvers<void>();
  const result = isWithin(clock, 70, promise);
  elapse();
  assert.equal(await result, false);
  resolve();
  await promise;
});

test("a rejection in time is passed on, and the timer is given up", async () => {
  const { clock, ended } = heldClock();
  await assert.rejects(isWithin(clock, 70, Promise.reject(new Error("no"))), /no/);
  assert.equal(ended.length, 1);
});
