import assert from "node:assert/strict";
import { test } from "node:test";
import { cost, duration, pretty, toneOf } from "./format.js";

test("durations and costs are written so that they can be compared", () => {
  assert.deepEqual([0, 999, 1_000, 61_500, 3_720_000].map(duration), [
    "0 ms",
    "999 ms",
    "1.00 s",
    "1 min 1 s",
    "1 h 2 min",
  ]);
  assert.deepEqual([0, 0.00042, 1.5].map(cost), ["$0", "$0.00042", "$1.50"]);
});

test("values are texts as they are, or JSON", () => {
  assert.equal(pretty("a\nb"), "a\nb");
  assert.equal(pretty({ a: 1 }), '{\n  "a": 1\n}');
  assert.equal(pretty(undefined), "");
});

test("a status that nobody foresaw has a tone as well", () => {
  for (const status of ["completed", "failed", "waiting", "", "constructor", "__proto__"])
    assert.match(toneOf(status), /^(good|warn|bad|status)$/);
});
