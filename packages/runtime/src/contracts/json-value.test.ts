import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { JsonValue } from "./json-value.ts";

test("it takes whatever JSON can be, as the library's own schema does", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      assert.equal(JsonValue.parse(value), value);
      // It takes the same; of a key named `__proto__` it makes another value.
      assert.ok(z.json().safeParse(value).success);
    }),
  );
});

test("it takes nothing else, however deep it lies", () => {
  const others: readonly unknown[] = [
    undefined,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1n,
    Symbol("s"),
    () => 1,
    new Date(0),
    new Map(),
    Buffer.from("x"),
  ];
  for (const other of others) {
    for (const value of [other, [1, other], { a: [{ b: other }] }]) {
      assert.deepEqual([JsonValue.safeParse(value).success, z.json().safeParse(value).success], [false, false]);
    }
  }
});
