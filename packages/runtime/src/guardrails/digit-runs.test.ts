import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { digitRuns, longRuns } from "./digit-runs.ts";

const spans = (text: string, pattern: RegExp) =>
  Array.from(text.matchAll(pattern), ({ 0: run, index }) => ({ start: index, end: index + run.length }));

test("the looks that are taken at a text miss no long run, wherever it stands", () => {
  const parts = fc.constantFrom("a", "Zm9", "abcdefghij", "0123456789+/", "_-", " ", "\n", "é", "…");
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 24 }), fc.integer({ min: 1, max: 20 }), (some, least) => {
      const text = some.join("");
      assert.deepEqual(digitRuns(text), spans(text, /[A-Za-z0-9+/_-]{11,}/g));
      assert.deepEqual(
        longRuns(text, least, (whole, at) => whole[at] === "a"),
        spans(text, new RegExp(`a{${least},}`, "g")),
      );
    }),
  );
});
