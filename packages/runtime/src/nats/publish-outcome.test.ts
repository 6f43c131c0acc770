import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parsePubAck, refusalOutcome } from "./publish-outcome.ts";

const parse = (text: string) => parsePubAck(Buffer.from(text));
const refusal = (code: number, description: string) =>
  parse(JSON.stringify({ error: { code: 400, err_code: code, description }, stream: "S", seq: 0 }));

test("each code means what was measured", () => {
  assert.deepEqual(refusal(10071, "wrong last sequence: 7"), { kind: "fence_moved" });
  assert.deepEqual(refusal(10164, "wrong last sequence"), { kind: "undecided" });
  assert.deepEqual(refusal(10077, "maximum messages per subject exceeded"), { kind: "exists" });
  for (const text of ["maximum messages exceeded", "maximum bytes exceeded"]) {
    assert.deepEqual(refusal(10077, text), { kind: "full", text });
  }
  assert.deepEqual(refusal(10111, "rollup not permitted"), {
    kind: "refused",
    code: 10111,
    text: "rollup not permitted",
  });
  for (const code of [10008, 10009, 10118, 10163, 10167]) assert.equal(refusal(code, "busy").kind, "unknown");
});

test("an error without a code of JetStream's own is refused with the HTTP code", () => {
  assert.deepEqual(parse('{"error":{"code":503,"description":"x"}}'), { kind: "refused", code: 503, text: "x" });
});

test("a sequence is read from every spelling of an acknowledgement", () => {
  const stored = { kind: "stored", sequence: 9_007_199_254_740_991 };
  for (const text of [
    '{"stream":"S","seq":9007199254740991}',
    '{"stream":"S", "seq": 9007199254740991, "duplicate": true}',
    '{"seq":9007199254740991,"stream":"S"}',
    '{"domain":"d","stream":"S","seq":9007199254740991}',
  ]) {
    assert.deepEqual(parse(text), stored, text);
  }
});

test("an acknowledgement that says nothing is unknown, never stored and never refused", () => {
  for (const text of ["", "{}", '{"seq":0}', '{"seq":"5"}', '{"seq":-1}', "+OK", '{"stream":"S","seq":']) {
    assert.equal(parse(text).kind, "unknown", text);
  }
});

test("any bytes give an outcome", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void parsePubAck(bytes)));
  fc.assert(fc.property(fc.nat(), fc.string(), (code, text) => void refusalOutcome(code, text)));
});
