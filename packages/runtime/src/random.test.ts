import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom, systemRandom } from "./random.ts";

test("the machine's bytes have the length that was asked for and never come twice", () => {
  const seen = new Set<string>();
  for (let i = 0; i < 2_000; i++) {
    const bytes = systemRandom.bytes(16);
    assert.equal(bytes.length, 16);
    seen.add(Buffer.from(bytes).toString("hex"));
  }
  assert.equal(seen.size, 2_000);
  for (const count of [0, 1, 255, 256, 257, 10_000]) assert.equal(systemRandom.bytes(count).length, count);
});

test("what was handed out is not changed by later calls", () => {
  const first = systemRandom.bytes(32);
  const copy = Uint8Array.from(first);
  for (let i = 0; i < 500; i++) systemRandom.bytes(32).fill(0);
  assert.deepEqual(Uint8Array.from(first), copy);
  assert.equal(first.buffer.byteLength, 32, "and nobody gets at what others were handed");
});

test("the same seed gives the same numbers and bytes", () => {
  const [a, b, other] = [seededRandom(7), seededRandom(7), seededRandom(8)];
  const numbers = Array.from({ length: 20 }, () => a.unit());
  assert.deepEqual(
    numbers,
    Array.from({ length: 20 }, () => b.unit()),
  );
  assert.deepEqual(a.bytes(40), b.bytes(40));
  assert.notDeepEqual(
    numbers,
    Array.from({ length: 20 }, () => other.unit()),
  );
  assert.ok(numbers.every((n) => n >= 0 && n < 1));
});
