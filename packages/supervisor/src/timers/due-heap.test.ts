import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DueHeap } from "./due-heap.ts";

test("items come out in the order of their due times, and none before it is due", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 50 })), fc.nat({ max: 50 }), (times, nowMs) => {
      const heap = new DueHeap<number>();
      for (const atMs of times) heap.push(atMs, atMs);
      const popped: number[] = [];
      for (let due = heap.popDue(nowMs); due !== undefined; due = heap.popDue(nowMs)) popped.push(due);
      assert.deepEqual(
        popped,
        times.filter((atMs) => atMs <= nowMs).toSorted((a, b) => a - b),
      );
      assert.equal(heap.size, times.length - popped.length);
      const left = times.filter((atMs) => atMs > nowMs);
      assert.equal(heap.nextMs, left.length > 0 ? Math.min(...left) : undefined);
    }),
  );
});

test("pushing between pops keeps the order", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 100 }), fc.boolean())), (steps) => {
      const heap = new DueHeap<number>();
      const model: number[] = [];
      for (const [atMs, isPop] of steps) {
        if (isPop) {
          model.sort((a, b) => a - b);
          assert.equal(heap.popDue(1_000), model.shift());
        } else {
          heap.push(atMs, atMs);
          model.push(atMs);
        }
      }
    }),
  );
});
