import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { handBackSubject, parseAckSubject } from "./ack-subject.ts";

const expected = {
  stream: "TROUPE_LOG_0",
  durable: "v1-router",
  deliveries: 2,
  streamSequence: 40,
  consumerSequence: 7,
  storedAtMs: 1_700_000_000_123,
  pending: 5,
};
const counts = "2.40.7.1700000000123456789.5";

test("both versions of the acknowledgement subject say the same", () => {
  assert.deepEqual(parseAckSubject(`$JS.ACK.TROUPE_LOG_0.v1-router.${counts}`), expected);
  assert.deepEqual(parseAckSubject(`$JS.ACK._.HASH.TROUPE_LOG_0.v1-router.${counts}`), expected);
  assert.deepEqual(parseAckSubject(`$JS.ACK._.HASH.TROUPE_LOG_0.v1-router.${counts}.random`), expected);
});

test("a subject that hands a message back parses as one", () => {
  const parsed = parseAckSubject(handBackSubject("S", "d", 40, 7));
  assert.deepEqual([parsed?.streamSequence, parsed?.consumerSequence], [40, 7]);
});

test("anything else is no acknowledgement subject", () => {
  for (const text of [
    "",
    "x",
    "$JS.ACK.S.d",
    "$JS.ACK.S.d.x.1.1.1.1",
    "$JS.ACK.S.d.1.-1.1.1.1",
    "$JS.ACK.S.d.1.1.1.1.1.1",
    `$JS.API.S.d.${counts}`,
  ]) {
    assert.equal(parseAckSubject(text), undefined, text);
  }
  fc.assert(fc.property(fc.string(), (text) => assert.equal(parseAckSubject(text), undefined)));
});
