import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import {
  base32,
  formatTaskId,
  hopId,
  isHopId,
  isSessionKey,
  isVersion,
  parseTaskId,
  requireTaskId,
  START_HOP,
  type Version,
} from "./ids.ts";

function version(text: string): Version {
  assert.ok(isVersion(text));
  return text;
}
const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 });
const TASK = formatTaskId(0, version("v1"), new Uint8Array(16));

test("different 16 bytes have different base32 texts, in the same order", () => {
  fc.assert(
    fc.property(sixteen, sixteen, (a, b) => {
      const order = Buffer.compare(Buffer.from(a), Buffer.from(b));
      const [left, right] = [base32(a), base32(b)];
      assert.equal(Math.sign(left < right ? -1 : Number(left > right)), order);
      assert.match(left, /^[0-9a-hjkmnp-tv-z]{26}$/);
    }),
  );
});

test("a task id parses back to its shard and version", () => {
  fc.assert(
    fc.property(fc.nat(999), fc.integer({ min: 1, max: 999_999_999 }), sixteen, (shard, n, uuid) => {
      const id = formatTaskId(shard, version(`v${n}`), uuid);
      assert.deepEqual(parseTaskId(id), { id, shard, version: `v${n}` });
    }),
  );
});

test("hostile texts are no task ids, and the error shows at most 80 characters of them", () => {
  const tail = "0".repeat(26);
  for (const text of [
    "",
    "*",
    `0-v0-${tail}`,
    `0-v1-${"i".repeat(26)}`,
    `-v1-${tail}`,
    `0-v1-${tail}.x`,
    `0-v1-${tail}\n`,
    `0-V1-${tail}`,
  ]) {
    assert.equal(parseTaskId(text), undefined, JSON.stringify(text));
    assert.throws(() => requireTaskId(text), { code: "invalid_id" });
  }
  assert.throws(
    () => requireTaskId("x".repeat(4_096)),
    (error: Error) => error.message.length < 200,
  );
});

test("a hop id depends on key, task, parent and index, and on nothing else", () => {
  const key = new Uint8Array(32).fill(1);
  const id = hopId(key, TASK, START_HOP, 0);
  assert.ok(isHopId(id));
  assert.equal(hopId(key, TASK, START_HOP, 0), id);
  const others = [
    hopId(new Uint8Array(32).fill(2), TASK, START_HOP, 0),
    hopId(key, formatTaskId(1, version("v1"), new Uint8Array(16)), START_HOP, 0),
    hopId(key, TASK, id, 0),
    hopId(key, TASK, START_HOP, 1),
  ];
  assert.equal(new Set([id, ...others]).size, 5);
});

test("a hop id is the HMAC-SHA-256 of its path, whatever the key's length", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), (key, index) => {
      const mac = createHmac("sha256", key).update(`${TASK}/${START_HOP}/${index}`).digest();
      assert.equal(hopId(key, TASK, START_HOP, index), base32(mac));
    }),
  );
});

test("hop, session and version tokens are told from anything else", () => {
  assert.ok(isHopId("start"));
  assert.equal(isSessionKey("start"), false);
  for (const text of ["end", "", "*", "0".repeat(25), "0".repeat(27), `${"0".repeat(25)}U`, `${"0".repeat(26)}\n`]) {
    assert.equal(isHopId(text), false, JSON.stringify(text));
    assert.equal(isSessionKey(text), false, JSON.stringify(text));
  }
  for (const text of ["v0", "v01", "V1", "v", "1", "v1\n", "v1234567890"]) assert.equal(isVersion(text), false, text);
});
