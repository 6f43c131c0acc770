import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_BODY_DEPTH } from "../contracts/task.ts";
import { TroupeError } from "../errors.ts";
import { decodeBody, encodeBody } from "./body.ts";
import { decodeJson } from "./json.ts";
import { decodeMsgpack } from "./msgpack.ts";

const roundTrip = (value: unknown) => {
  const { encoding, bytes } = encodeBody(value);
  const back = decodeBody(encoding, bytes);
  assert.ok(back.ok, back.ok ? "" : back.reason);
  return { encoding, value: back.value };
};

test("any JSON value comes back the same, as JSON", () => {
  const json = fc.jsonValue({ maxDepth: 4 }).filter((value) => !/-0|__proto/.test(spelled(value)));
  fc.assert(
    fc.property(json, (value) => {
      assert.deepEqual(roundTrip(value), { encoding: "json", value });
    }),
  );
});

const nested = (levels: number) => Buffer.from("[".repeat(levels) + "]".repeat(levels));

function spelled(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (Object.is(item, -0) ? "-0" : item)) ?? "";
}

test("Date, Map, bytes, bigint, undefined and NaN come back as what they were, as MessagePack", () => {
  const value = {
    date: new Date(1_700_000_000_123),
    map: new Map<unknown, unknown>([
      [1, new Map([["inner", 2n ** 70n]])],
      ["k", [undefined]],
    ]),
    bytes: new Uint8Array([0, 255]),
    small: 5n,
    negative: -(2n ** 64n),
    nan: Number.NaN,
    whole: 2 ** 53 - 1,
  };
  const back = roundTrip(value);
  assert.equal(back.encoding, "msgpack");
  const plain = back.value as typeof value;
  assert.deepEqual({ ...plain, bytes: [...plain.bytes] }, { ...value, bytes: [0, 255] });
  assert.deepEqual(roundTrip(undefined), { encoding: "msgpack", value: undefined });
});

test("what cannot be recorded is refused with the reason", () => {
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  class Account {
    readonly owner = "a";
  }
  for (const value of [() => 1, { s: Symbol("x") }, circle, [new Account()], new Set([1]), /x/]) {
    assert.throws(
      () => encodeBody(value),
      (error) => TroupeError.is(error, "invalid_request"),
    );
  }
});

test("nesting up to the limit is read and one more level is an error value, also 20,000 levels", () => {
  assert.equal(decodeJson(nested(MAX_BODY_DEPTH)).ok, true);
  assert.equal(decodeJson(nested(MAX_BODY_DEPTH + 1)).ok, false);
  assert.equal(decodeJson(nested(20_000)).ok, false);
  assert.equal(decodeJson(Buffer.from('{"a":'.repeat(20_000))).ok, false);
  // 0x91 = an array of one element.
  assert.equal(decodeMsgpack(Buffer.alloc(MAX_BODY_DEPTH + 1, 0x91)).ok, false);
  assert.equal(decodeMsgpack(Buffer.concat([Buffer.alloc(50_000, 0x91), Buffer.from([0xc0])])).ok, false);
});

test("brackets inside strings are no nesting", () => {
  const value = { a: "[".repeat(1_000), b: '\\"[[[' };
  assert.deepEqual(decodeJson(Buffer.from(JSON.stringify(value))), { ok: true, value });
});

test("truncated input, NaN, garbage, invalid UTF-8 and a key __proto__ in any spelling are error values", () => {
  const inEscapes = '{"a":{"\\u005f\\u005fproto__":{"x":1}}}';
  for (const text of ['{"a":', "NaN", "", "{a:1}", '{"__proto__":{"isAdmin":true}}', inEscapes, "\u0000"]) {
    const result = decodeJson(Buffer.from(text));
    assert.equal(result.ok, false, text);
  }
  assert.equal(decodeJson(Buffer.from([0x22, 0xff, 0xfe, 0x22])).ok, false);
});

test("a body over the limit is body_too_large", () => {
  const limits = { maxBytes: 10, maxDepth: 5 };
  for (const decode of [decodeJson, decodeMsgpack]) {
    const result = decode(Buffer.alloc(11), limits);
    assert.ok(!result.ok);
    assert.equal(result.code, "body_too_large");
  }
});

test("any bytes are either a storable value or an error value, never an exception", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const encoding of ["json", "msgpack"] as const) {
        const result = decodeBody(encoding, bytes);
        if (result.ok) encodeBody(result.value);
      }
    }),
    { numRuns: 500 },
  );
});

test("MessagePack kinds that we never write (Set, RegExp, Error) are refused", () => {
  // fixext: extension types 0x73 (Set), 0x78 (RegExp), 0x65 (Error) of the library.
  for (const type of [0x73, 0x78, 0x65]) {
    const result = decodeMsgpack(Buffer.from([0xd4, type, 0x00, 0x92, 0xa1, 0x61, 0xa1, 0x67]));
    assert.equal(result.ok, false, `extension ${type}`);
  }
});
