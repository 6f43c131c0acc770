import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { brokenWords, withoutBreaks } from "./broken-words.ts";

test("words with up to three signs between letters are found as a whole, with the number of their breaks", () => {
  const parts = fc.constantFrom("a", "xy", ".", "-", "_", "~", "\\", "`", " ", "7", "é");
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 24 }), (some) => {
      const text = some.join("");
      const words = text.matchAll(/(?<![a-z])[a-z]+(?:[._*~|^`\\-]{1,3}[a-z]+)+/g);
      assert.deepEqual(
        brokenWords(text).map(({ start, end, breaks }) => [text.slice(start, end), start, breaks]),
        Array.from(words, ({ 0: word, index }) => [word, index, word.match(/[^a-z]+/g)?.length]),
      );
    }),
  );
  assert.equal(withoutBreaks("ig-no._re"), "ignore");
});
