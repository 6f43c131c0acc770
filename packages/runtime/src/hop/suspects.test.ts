import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../testing/manual-clock.ts";
import { Suspects } from "./suspects.ts";

/** Enters and notes when it may run. */
function entering(suspects: Suspects, name: string, order: string[]): Promise<() => void> {
  return suspects.enter().then((leave) => {
    order.push(name);
    return leave;
  });
}
const settle = () => new Promise(setImmediate);

test("suspects run one after the other, in the order in which they came", async () => {
  const suspects = new Suspects(new ManualClock());
  const order: string[] = [];
  const first = await entering(suspects, "a", order);
  const second = entering(suspects, "b", order);
  const third = entering(suspects, "c", order);
  await settle();
  assert.deepEqual(order, ["a"]);
  first();
  first();
  const leave = await second;
  await settle();
  assert.deepEqual(order, ["a", "b"]);
  leave();
  (await third)();
  assert.deepEqual(order, ["a", "b", "c"]);
  (await entering(suspects, "d", order))();
});

test("a turn passes on after a while, so that a long run holds nobody up", async () => {
  const clock = new ManualClock();
  const suspects = new Suspects(clock);
  const order: string[] = [];
  const first = await entering(suspects, "a", order);
  const second = entering(suspects, "b", order);
  await clock.advance(4_999);
  assert.deepEqual(order, ["a"]);
  await clock.advance(1);
  const leave = await second;
  const third = entering(suspects, "c", order);
  // Its turn was over: it ends nobody else's.
  first();
  await settle();
  assert.deepEqual(order, ["a", "b"]);
  leave();
  await third;
  assert.deepEqual(order, ["a", "b", "c"]);
});
