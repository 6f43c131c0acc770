import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeClocks } from "./clock-checks.ts";

const judge = (...skews: number[]) => judgeClocks(skews.map((skewMs, i) => ({ whose: `node-${i + 1}`, skewMs })));

test("a clock two seconds off is a warning and a minute off a failure, in both directions", () => {
  assert.deepEqual(
    [100, 5_000, -5_000, 100_000, -100_000].map((ms) => judge(ms).status),
    ["ok", "warning", "warning", "failed", "failed"],
  );
});

test("of several clocks the worst decides, and is named with its direction and remedy", () => {
  const found = judge(10, -7_000, 300);
  assert.match(found.text, /node-2: 7000 ms behind/);
  assert.match("remedy" in found ? found.remedy : "", /node-2.*chrony/);
  assert.match(judge(10, -20).text, /2 clocks; furthest off node-2/);
  assert.equal(judge().status, "skipped");
});
