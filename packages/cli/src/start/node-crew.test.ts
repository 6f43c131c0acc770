import assert from "node:assert/strict";
import { test } from "node:test";
import { mayRestart } from "./node-crew.ts";

test("a node is started again ten times a minute at most", () => {
  const past = Array.from({ length: 10 }, (_, index) => index * 1_000);
  assert.equal(mayRestart(past.slice(1), 10_000), true);
  assert.equal(mayRestart(past, 10_000), false);
  assert.equal(mayRestart(past, 60_500), true);
});
