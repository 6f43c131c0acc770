import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { base64Runs } from "./base64-runs.ts";

const RUN = /[A-Za-z0-9+/_-]{11,}(?:\r?\n[A-Za-z0-9+/_-]{4,})*={0,2}/g;

test("digits in a row are found, over lines and with what fills them up, but for those that are words", () => {
  const parts = fc.constantFrom("aB3", "x9", "abcd1", "Zm9vYmFyYmF6", "\n", "\r\n", "=", "==", " ", "-", "é");
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 24 }), (some) => {
      const text = some.join("");
      const runs = Array.from(text.matchAll(RUN), ({ 0: run, index }) => ({ start: index, end: index + run.length }));
      const found = base64Runs(text);
      assert.deepEqual(
        found,
        runs.filter(({ start }) => found.some((one) => one.start === start)),
      );
      for (const { start, end } of runs)
        if (/\d[A-Z]|[a-z]\d/.test(text.slice(start, end))) assert.ok(found.some((one) => one.start === start));
    }),
  );
  assert.deepEqual(base64Runs("considerations of guardrail-texts and cutting-places/in_names"), []);
});
