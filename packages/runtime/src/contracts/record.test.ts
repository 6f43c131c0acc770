import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { base32, type HopId, isHopId, isSessionKey, type SessionKey } from "../ids.ts";
import { decodeRecordHeader, encodeRecordHeader, type RecordHeader } from "./record.ts";
import { MAX_TAKEN_VALUES } from "./taken-value.ts";

const record = <T extends Record<string, unknown>>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(fields, { noNullPrototype: true });
const count = fc.nat();
const token = fc.string({ minLength: 1, maxLength: 64 });
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(base32);
const hop = id.filter((text): text is HopId & string => isHopId(text));
const session = id.filter((text): text is SessionKey & string => isSessionKey(text));

const header: fc.Arbitrary<RecordHeader> = record({
  writer: optional(
    record({
      node: token,
      incarnation: token,
      nonce: token,
      previous: optional(fc.string({ minLength: 1, maxLength: 32 })),
      claim: count,
      segment: count,
      ranMs: optional(count),
    }),
  ),
  passport: optional(
    record({
      index: count,
      parent: optional(hop),
      wait: optional(count),
      replyTo: optional(token),
      tenant: token,
      session: optional(session),
      turn: optional(count),
      remainingMs: optional(count),
      depth: count,
      trail: fc.array(fc.string({ maxLength: 32 }), { maxLength: 16 }),
      taint: fc.array(fc.string({ maxLength: 64 }), { maxLength: 32 }),
      budget: optional(fc.string({ maxLength: 128 })),
      requires: fc.array(fc.string({ maxLength: 32 }), { maxLength: 16 }),
    }),
  ),
  usage: optional(record({ inputTokens: count, outputTokens: count, costMicros: count })),
  origin: optional(
    record({
      session: optional(fc.string({ maxLength: 256 })),
      user: optional(fc.string({ minLength: 1, maxLength: 256 })),
      priority: optional(fc.string({ maxLength: 16 })),
      metadata: fc.constant(undefined),
      maxLoad: optional(fc.constantFrom(0, 0.8, 1)),
    }),
  ),
  original: optional(record({ subject: fc.string({ minLength: 1, maxLength: 512 }), sequence: count })),
});

test("any header comes back as it was written, as one line of printable ASCII", () => {
  fc.assert(
    fc.property(header, (value) => {
      const text = encodeRecordHeader(value);
      assert.match(text, /^[\x20-\x7e]+$/);
      assert.deepEqual(decodeRecordHeader(text), value);
    }),
  );
});

test("line breaks, NUL and letters of every script stay inside their value", () => {
  const writer = { node: "n\r\nNats-Rollup: all", incarnation: "\u0000", nonce: "ключ🎭", claim: 0, segment: 0 };
  const text = encodeRecordHeader({ writer: { ...writer, previous: undefined, ranMs: undefined } });
  assert.ok(!/[\r\n\0]/.test(text));
  assert.equal(decodeRecordHeader(text)?.writer?.node, writer.node);
  assert.equal(decodeRecordHeader(text)?.writer?.nonce, writer.nonce);
});

test("a version that is not ours, unknown fields, wrong types and garbage are no header", () => {
  const wrong = [
    "",
    "x",
    "null",
    "[]",
    "{}",
    '{"v":2}',
    '{"v":1,"z":1}',
    '{"v":1,"w":["n","i","x","",0,0]}',
    '{"v":1,"w":["n","i","x","",-1,0,null]}',
    '{"v":1,"w":["","i","x","",0,0,null]}',
    '{"v":1,"p":{"i":0,"t":"a","d":1.5}}',
    '{"v":1,"u":[1,2]}',
    '{"v":1,"u":[1,2,1e400]}',
    `{"v":1,"p":{"i":0,"d":0,"t":"${"x".repeat(200)}"}}`,
    "[".repeat(20_000),
  ];
  for (const text of wrong) assert.equal(decodeRecordHeader(text), undefined, text.slice(0, 60));
  assert.ok(decodeRecordHeader('{"v":1}'));
});

test("any text is a header or nothing, never an exception", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void decodeRecordHeader(text)));
});

test("a header of the common form is held to the same limits as any other", () => {
  const writer = ["n", "i", "x", "", 0, 0, null];
  const passport = { i: 0, t: "default", d: 0 };
  const good: readonly unknown[] = [
    { v: 1, w: writer, p: passport },
    { v: 1, p: { ...passport, l: Array.from({ length: 16 }, () => "x".repeat(32)), m: 1.5 } },
    { v: 1, w: writer.with(6, 7) },
    { v: 1, p: passport, o: { p: "x".repeat(16) } },
    { v: 1, p: passport, o: {} },
    { v: 1, p: passport, o: { p: "normal", s: "s", l: 0.5 } },
    { v: 1 },
  ];
  const bad: readonly unknown[] = [
    { v: 2, p: passport },
    [],
    null,
    { v: 1, w: writer, p: passport, x: 1 },
    { v: 1, w: [...writer, 1] },
    { v: 1, w: writer.slice(1) },
    { v: 1, w: writer.with(0, "") },
    { v: 1, w: writer.with(1, "x".repeat(129)) },
    { v: 1, w: writer.with(3, "x".repeat(33)) },
    { v: 1, w: writer.with(4, -1) },
    { v: 1, w: writer.with(5, 0.5) },
    { v: 1, w: writer.with(6, "1") },
    { v: 1, w: { length: 7, 0: "n", 1: "i", 2: "x", 3: "", 4: 0, 5: 0, 6: null } },
    { v: 1, p: [0, "t", 0] },
    { v: 1, p: { ...passport, i: 2 ** 53 } },
    { v: 1, p: { ...passport, i: "0" } },
    { v: 1, p: { ...passport, t: "" } },
    { v: 1, p: { ...passport, t: "x".repeat(129) } },
    { v: 1, p: { i: 0, t: "default" } },
    { v: 1, p: { ...passport, m: null } },
    { v: 1, p: { ...passport, l: Array.from({ length: 17 }, () => "x") } },
    { v: 1, p: { ...passport, l: [1] } },
    { v: 1, p: { ...passport, l: "xx" } },
    { v: 1, p: { ...passport, q: 1 } },
    { v: 1, p: passport, o: null },
    { v: 1, p: passport, o: ["normal"] },
    { v: 1, p: passport, o: { p: 1 } },
    { v: 1, p: passport, o: { p: "x".repeat(17) } },
    { v: 1, p: passport, o: { p: "normal", q: 1 } },
  ];
  for (const value of good)
    assert.notEqual(decodeRecordHeader(JSON.stringify(value)), undefined, JSON.stringify(value));
  for (const value of bad) assert.equal(decodeRecordHeader(JSON.stringify(value)), undefined, JSON.stringify(value));
  assert.equal(decodeRecordHeader('{"v":1,"p":{"i":0,"t":"t","d":0,"m":1e999}}'), undefined);
  assert.equal(decodeRecordHeader('{"v":1,"p":{"i":0,"t":"t","d":0,"__proto__":{}}}'), undefined);
});

const LETTERS = "abcdefghijklmnop";

test("values that were taken out travel as they are, and more of them than a message carries are no header", () => {
  const value = { by: "a", sealed: { key: "k1", nonce: "n".repeat(32), data: "d".repeat(40) } };
  const passport = { index: 0, tenant: "t", depth: 0, trail: [], taint: [], requires: [] };
  const headerWith = (length: number) => {
    const names = Array.from({ length }, (_, index) => `EMAIL:aaaaaaaa${LETTERS[index >> 4]}${LETTERS[index & 15]}`);
    return encodeRecordHeader({
      passport: { ...passport, taken: Object.fromEntries(names.map((name) => [name, value])) },
    });
  };
  const read = decodeRecordHeader(headerWith(2))?.passport?.taken ?? {};
  assert.deepEqual(Object.values(read), [value, value]);
  const most = headerWith(MAX_TAKEN_VALUES);
  assert.ok(decodeRecordHeader(most) !== undefined && most.length < 8_192);
  assert.equal(decodeRecordHeader(headerWith(MAX_TAKEN_VALUES + 1)), undefined);
  assert.equal(decodeRecordHeader(headerWith(1).replace("EMAIL:", "__proto__")), undefined);
});
