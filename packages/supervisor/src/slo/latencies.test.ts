import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bucketOf, countAbove, countOf, type Latencies, quantile } from "./latencies.ts";

const counted = (times: readonly number[]): Latencies => {
  const latencies: Record<number, number> = {};
  for (const ms of times) latencies[bucketOf(ms)] = (latencies[bucketOf(ms)] ?? 0) + 1;
  return latencies;
};
const times = fc.array(fc.integer({ min: 1, max: 3_600_000 }), { minLength: 1, maxLength: 200 });

test("a quantile is that of the times themselves, to a tenth", () => {
  fc.assert(
    fc.property(times, fc.constantFrom(0.5, 0.9, 0.95, 0.99), (all, share) => {
      const exact = all.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * all.length) - 1)] ?? 0;
      const found = quantile(counted(all), share) ?? 0;
      assert.ok(found >= exact / 1.1 - 1e-6 && found <= exact * 1.1 + 1e-6, `${found} for ${exact}`);
    }),
  );
});

test("what took longer than a time is counted, wrong at most by those within a tenth of it", () => {
  fc.assert(
    fc.property(times, fc.integer({ min: 1, max: 3_600_000 }), (all, ms) => {
      const found = countAbove(counted(all), ms);
      assert.ok(found >= all.filter((one) => one > ms * 1.1).length - 1e-6);
      assert.ok(found <= all.filter((one) => one > ms / 1.1).length + 1e-6);
      assert.equal(countOf(counted(all)), all.length);
    }),
  );
});

test("of nothing there is no quantile, and what takes days counts as a day", () => {
  assert.equal(quantile({}, 0.95), undefined);
  assert.equal(bucketOf(10 * 86_400_000), bucketOf(86_400_000));
  assert.equal(bucketOf(0), 0);
});
