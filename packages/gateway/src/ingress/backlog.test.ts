import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "@troupe/runtime/internal-testing";
import { Backlog } from "./backlog.ts";

test("what was stored here counts until the delivery that takes it off, which knows what waits behind it", () => {
  const backlog = new Backlog(new ManualClock());
  backlog.stored("normal");
  backlog.stored("normal");
  assert.equal(backlog.count(), 2);
  backlog.taken("normal", 1);
  assert.equal(backlog.count(), 2, "one held, one behind it");
  backlog.taken("normal", 0);
  assert.equal(backlog.count(), 2);
  backlog.left();
  backlog.left();
  assert.equal(backlog.count(), 0);
});

test("classes add up, and a write that failed does not count", () => {
  const backlog = new Backlog(new ManualClock());
  backlog.stored("batch");
  backlog.taken("interactive", 7);
  assert.equal(backlog.count(), 9);
  backlog.notStored("batch");
  assert.equal(backlog.count(), 8);
});

test("old word on a backlog is forgotten once nothing is held here: other gateways take from it as well", async () => {
  const clock = new ManualClock();
  const backlog = new Backlog(clock);
  backlog.taken("normal", 500);
  await clock.advance(60_000);
  assert.equal(backlog.count(), 501, "the slots may be full, so the word stands");
  backlog.left();
  assert.equal(backlog.count(), 0);
});

test("a task that is away for a while counts until it is back, here or elsewhere", async () => {
  const clock = new ManualClock();
  const backlog = new Backlog(clock);
  backlog.defer("t1", 500);
  backlog.defer("t2", 500);
  assert.deepEqual([backlog.count(), backlog.deferred()], [2, 2]);
  backlog.returned("t1");
  assert.deepEqual([backlog.count(), backlog.deferred()], [1, 1]);
  await clock.advance(501);
  assert.deepEqual([backlog.count(), backlog.deferred()], [0, 0]);
});
