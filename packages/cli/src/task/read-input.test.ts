import assert from "node:assert/strict";
import { test } from "node:test";
import { readJsonOrText } from "./read-input.ts";

test("what begins like an object or a list is JSON, everything else is text", () => {
  assert.deepEqual(readJsonOrText('{"a": [1]}'), { a: [1] });
  assert.deepEqual(readJsonOrText(" [1, 2]"), [1, 2]);
  for (const text of ["hello", "12", "true", '"quoted"', ""]) assert.equal(readJsonOrText(text), text);
});

test("broken JSON is refused rather than sent as text", () => {
  assert.throws(() => readJsonOrText('{"a": '), { code: "invalid_request" });
});
