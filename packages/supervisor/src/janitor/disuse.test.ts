import assert from "node:assert/strict";
import { test } from "node:test";
import { Disuse } from "./disuse.ts";

const HOUR_MS = 3_600_000;

test("the store is looked at once, then every fourth part of the grace; a look that failed is made up for", () => {
  const disuse = new Disuse(24 * HOUR_MS);
  assert.ok(disuse.isLookDue(0));
  disuse.due(["a"], 0);
  assert.ok(disuse.isLookDue(1), "nobody said that it came to its end");
  disuse.looked(10);
  assert.ok(!disuse.isLookDue(6 * HOUR_MS));
  assert.ok(disuse.isLookDue(6 * HOUR_MS + 10));
});

test("code is due when no moment of a whole grace needed it, also none between two looks", () => {
  const disuse = new Disuse(24 * HOUR_MS);
  assert.deepEqual(disuse.due(["idle", "needed", "gone"], 0), []);
  disuse.needed(["needed"]);
  assert.deepEqual(disuse.due(["idle", "needed"], 6 * HOUR_MS), []);
  assert.deepEqual(disuse.due(["idle", "needed", "gone"], 24 * HOUR_MS), ["idle"]);
  assert.deepEqual(disuse.due(["needed", "gone"], 30 * HOUR_MS), ["needed"]);
});
