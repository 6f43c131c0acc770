import assert from "node:assert/strict";
import { test } from "node:test";
import { Interruption, unlessInterrupted } from "./interruption.ts";

test("work that ends first keeps its outcome", async () => {
  const { signal } = new AbortController();
  assert.equal(await unlessInterrupted(Promise.resolve(1), signal), 1);
  await assert.rejects(unlessInterrupted(Promise.reject(new Error("no")), signal), /no/);
});

test("an interruption ends the wait, before and while it lasts", async () => {
  const controller = new AbortController();
  const waiting = unlessInterrupted(new Promise(() => undefined), controller.signal);
  controller.abort();
  await assert.rejects(waiting, Interruption);
  await assert.rejects(unlessInterrupted(Promise.resolve(1), controller.signal), Interruption);
});
