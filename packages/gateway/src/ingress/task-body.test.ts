import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "@troupe/runtime/internal";
import fc from "fast-check";
import { parseTaskBody } from "./task-body.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const parse = (text: string, type?: string) => parseTaskBody(bytes(text), type);
const refused = (body: Uint8Array, code: string, words: RegExp, type?: string) =>
  assert.throws(
    () => parseTaskBody(body, type),
    (e) => TroupeError.is(e) && e.code === code && words.test(e.message),
  );

test("text is the input, verbatim", () => {
  for (const text of ["Compare three databases", "42", "[1,2]", '"quoted"', "null", "{not json", " {{ template }}"]) {
    assert.deepEqual(parse(text), { input: text });
  }
});

test("a JSON object is a task", () => {
  assert.deepEqual(parse('{"input":{"a":[1]},"priority":"batch"}'), { input: { a: [1] }, priority: "batch" });
  assert.deepEqual(parse('{"input":"x","metadata":{"k":"v"}}').metadata, { k: "v" });
});

test("an object without input or with unknown keys is refused, naming each path", () => {
  refused(bytes("{}"), "invalid_request", /input/);
  refused(bytes('{"input":1,"dead_line":5}'), "invalid_request", /dead_line.*known/);
  refused(bytes('{"input":1,"priority":"now","deadline_ms":-1}'), "invalid_request", /deadline_ms.*priority/s);
});

test("Content-Type decides in doubt: text/plain makes an object text, JSON must be JSON", () => {
  assert.deepEqual(parse('{"a":1}', "text/plain; charset=utf-8"), { input: '{"a":1}' });
  refused(bytes("{broken"), "invalid_request", /no JSON/, "application/json");
});

test("nothing, white space and bytes that are no text are refused", () => {
  refused(new Uint8Array(), "invalid_request", /input/);
  refused(bytes(" \n "), "invalid_request", /input/);
  refused(Uint8Array.of(0xff, 0xfe, 0x41), "invalid_request", /UTF-8/);
});

test("20,000 levels are refused before they are parsed", () => {
  refused(bytes(`{"input":${"[".repeat(20_000)}${"]".repeat(20_000)}}`), "invalid_request", /nested deeper than 200/);
  const unfinished = `{"input":${'{"a":'.repeat(20_000)}`;
  assert.deepEqual(parse(unfinished), { input: unfinished }, "broken JSON is text");
  refused(bytes('{"input":{"__proto__":1}}'), "invalid_request", /__proto__/);
});

test("a body over the limit is refused with the limit", () => {
  assert.throws(
    () => parseTaskBody(bytes("x".repeat(11)), "", { maxBytes: 10, maxDepth: 5 }),
    (e) => TroupeError.is(e, "body_too_large") && e.details["limit_bytes"] === 10,
  );
});

test("metadata that would not fit into a header is refused, escapes counted", () => {
  refused(bytes(JSON.stringify({ input: 1, metadata: { k: "\u2603".repeat(400) } })), "invalid_request", /metadata/);
});

test("whatever comes, the answer is a task or one of our errors", () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map(bytes), fc.string().map(bytes)), (body) => {
      try {
        assert.ok("input" in parseTaskBody(body));
      } catch (e) {
        assert.ok(TroupeError.is(e, "invalid_request"), String(e));
      }
    }),
  );
});
