import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../random.ts";
import { newIncarnation } from "./incarnation.ts";

const at = (nowMs: number) => ({ nowMs: () => nowMs, monotonicMs: () => 0, sleep: async () => undefined });

test("a later life sorts after an earlier one, and two of one instant differ", () => {
  const random = seededRandom(1);
  const lives = [1_700_000_000_000, 1_700_000_000_001, 1_800_000_000_000].map((ms) => newIncarnation(at(ms), random));
  assert.deepEqual(lives.toSorted(), lives);
  assert.notEqual(newIncarnation(at(5), random), newIncarnation(at(5), random));
  for (const life of lives) assert.match(life, /^[0-9a-hjkmnp-tv-z]{26}$/);
});
