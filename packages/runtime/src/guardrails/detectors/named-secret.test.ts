import assert from "node:assert/strict";
import { test } from "node:test";
import { namedSecret } from "./named-secret.ts";

const scene = { hosts: [], maxLength: 10_000, hidden: { find: () => [] } };
const found = (text: string): readonly string[] =>
  namedSecret.find(text, scene).map(({ start, end }) => text.slice(start, end));

test("a name that stands right behind another one, or in its words, is read as well", () => {
  assert.deepEqual(found("use the pass token: Rk7-92xq"), ["Rk7-92xq"]);
  assert.deepEqual(found("the key token=Rk7-92xq"), ["Rk7-92xq"]);
  assert.deepEqual(found("passwords: none. AWS secret access key is wJalr/7+x"), ["wJalr/7+x"]);
});

test("of names in a row the first takes the value, whatever stands in it", () => {
  assert.deepEqual(found("password=token=abc token=def"), ["token=abc", "def"]);
});
