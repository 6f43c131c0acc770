import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../clock.ts";
import { HeldDeliveries } from "./held.ts";
import type { HeldDelivery } from "./ipc.ts";

const delivery = (consumerSequence: number): HeldDelivery => ({
  stream: "TROUPE_LOG_0",
  durable: "v1-planner",
  streamSequence: 100 + consumerSequence,
  consumerSequence,
});

/** A clock whose sleeps end when the test says so. */
function heldInTest() {
  const sleepers: (() => void)[] = [];
  const clock: Clock = {
    nowMs: () => 0,
    monotonicMs: () => 0,
    sleep: () => new Promise((resolve) => sleepers.push(() => resolve(undefined))),
  };
  const told: { taken: number[]; released: number[] }[] = [];
  const held = new HeldDeliveries(clock, (taken, released) =>
    told.push({ taken: taken.map((d) => d.consumerSequence), released: released.map((d) => d.consumerSequence) }),
  );
  const elapse = async () => {
    for (const wake of sleepers.splice(0)) wake();
    await new Promise(setImmediate);
  };
  return { held, told, elapse };
}

test("changes of one moment are told together", async () => {
  const { held, told, elapse } = heldInTest();
  const first = held.take(delivery(1));
  held.take(delivery(2));
  await elapse();
  held.release(first);
  held.take(delivery(3));
  await elapse();
  assert.deepEqual(told, [
    { taken: [1, 2], released: [] },
    { taken: [3], released: [1] },
  ]);
  assert.equal(held.size, 2);
});

test("a delivery that came and went within a moment is not mentioned", async () => {
  const { held, told, elapse } = heldInTest();
  held.release(held.take(delivery(1)));
  await elapse();
  assert.deepEqual(told, []);
});

test("what is released twice is told once, and counted once", async () => {
  const { held, told, elapse } = heldInTest();
  const hold = held.take(delivery(7));
  await elapse();
  held.release(hold);
  held.release(hold);
  await elapse();
  assert.deepEqual(told, [
    { taken: [7], released: [] },
    { taken: [], released: [7] },
  ]);
  assert.equal(held.size, 0);
});

test("a flush tells at once, and the moment's end tells nothing twice", async () => {
  const { held, told, elapse } = heldInTest();
  held.take(delivery(1));
  held.flush();
  assert.equal(told.length, 1);
  await elapse();
  assert.equal(told.length, 1);
});
