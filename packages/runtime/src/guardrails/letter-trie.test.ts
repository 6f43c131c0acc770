import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LetterTrie } from "./letter-trie.ts";

test("what a trie says of a part of a text is what a map of its texts says", () => {
  const texts = fc.string({ unit: fc.constantFrom("a", "b", "ß", "漢", "\ud83d"), minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 30 }), texts, texts, (all, front, text) => {
      const values = new Map(all.map((one, index) => [one, index]));
      const trie = new LetterTrie(values);
      assert.equal(trie.find(front + text, front.length, front.length + text.length), values.get(text));
      for (const [one, index] of values) assert.equal(trie.find(one, 0, one.length), index);
    }),
  );
});
