import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { windowsOf } from "./outstanding.ts";

const sequence = fc.integer({ min: 0, max: 10_000_000 });

test("windows lie between ack floor and last delivery, in order, overlap nowhere, and hold the first record and the last", () => {
  fc.assert(
    fc.property(sequence, fc.integer({ min: 1, max: 1_000_000 }), (ackedUpTo, length) => {
      const deliveredUpTo = ackedUpTo + length;
      const windows = windowsOf({ ackedUpTo, deliveredUpTo });
      assert.ok(windows.length > 0 && windows.length <= 8);
      assert.ok(windows.every(({ from, to }) => from <= to));
      assert.ok(windows.slice(1).every(({ from }, i) => from > (windows[i]?.to ?? Number.POSITIVE_INFINITY)));
      assert.deepEqual([windows[0]?.from, windows.at(-1)?.to], [ackedUpTo + 1, deliveredUpTo]);
    }),
  );
});

/** Records in all windows of a stretch. */
const covered = (length: number): number =>
  windowsOf({ ackedUpTo: 100, deliveredUpTo: 100 + length }).reduce((sum, { from, to }) => sum + to - from + 1, 0);

test("a short stretch is covered whole, of a long one both ends", () => {
  assert.deepEqual([1, 7, 450, 16_384].map(covered), [1, 7, 450, 16_384]);
  assert.deepEqual([16_385, 3_000_000].map(covered), [16_384, 16_384]);
});

test("where nothing was delivered above the ack floor there is nothing to look for", () => {
  assert.deepEqual(windowsOf({ ackedUpTo: 40, deliveredUpTo: 40 }), []);
  assert.deepEqual(windowsOf({ ackedUpTo: 40, deliveredUpTo: 12 }), []);
});
