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

test("what the server counts is read back to the last digit, and times to the millisecond", () => {
  const count = fc.nat({ max: 2 ** 40 });
  fc.assert(
    fc.property(count, count, count, fc.nat({ max: 2 ** 42 }), count, (deliveries, stream, consumer, ms, pending) => {
      const read = parseAckSubject(`$JS.ACK.S.d.${deliveries}.${stream}.${consumer}.${ms}999999.${pending}`);
      assert.deepEqual(read, {
        stream: "S",
        durable: "d",
        deliveries,
        streamSequence: stream,
        consumerSequence: consumer,
        storedAtMs: ms,
        pending,
      });
    }),
  );
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
    "$JS.ACK.S.d.1..1.1.1",
    "$JS.ACK.S.d.1.1.1.1.",
    "$JS.ACK.S.d.1.1.99999999999999999999.1.1",
    "$JS.ACK..d.1.1.1.1.1",
    "$JS.ACK.S.d.1.1.1.1.1.1",
    `$JS.API.S.d.${counts}`,
  ]) {
    assert.equal(parseAckSubject(text), undefined, text);
  }
  fc.assert(fc.property(fc.string(), (text) => assert.equal(parseAckSubject(text), undefined)));
});
