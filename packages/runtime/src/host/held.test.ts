import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../clock.ts";
import { HeldDeliveries } from "./held.ts";
import type { HeldChange, HeldDelivery } from "./ipc.ts";

const planner = { stream: "TROUPE_LOG_0", durable: "v1-planner" };
const delivery = (consumerSequence: number, mailbox = planner): HeldDelivery => ({
  ...mailbox,
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
  const told: HeldChange[][] = [];
  const held = new HeldDeliveries(clock, (changes) => told.push(changes));
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
    [{ ...planner, taken: [101, 1, 102, 2], released: [] }],
    [{ ...planner, taken: [103, 3], released: [1] }],
  ]);
  assert.equal(held.size, 2);
});

test("what changes in several mailboxes is told for each, as their consumers count apart", async () => {
  const { held, told, elapse } = heldInTest();
  const coder = { ...planner, durable: "v1-coder" };
  const otherShard = { ...planner, stream: "TROUPE_LOG_1" };
  for (const mailbox of [planner, coder, otherShard]) held.take(delivery(1, mailbox));
  held.take(delivery(2, coder));
  await elapse();
  assert.deepEqual(told, [
    [
      { ...planner, taken: [101, 1], released: [] },
      { ...coder, taken: [101, 1, 102, 2], released: [] },
      { ...otherShard, taken: [101, 1], released: [] },
    ],
  ]);
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
  assert.deepEqual(told, [[{ ...planner, taken: [107, 7], released: [] }], [{ ...planner, taken: [], released: [7] }]]);
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
