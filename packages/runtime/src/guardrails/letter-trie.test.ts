import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LetterTrie, NOWHERE } from "./letter-trie.ts";

/** The value of the text from a place on. */
function valueOf<T>(trie: LetterTrie<T>, text: string, start: number): T | undefined {
  let node = trie.begin(text.charCodeAt(start));
  for (let at = start + 1; at < text.length && node !== NOWHERE; at++) node = trie.next(node, text.charCodeAt(at));
  return trie.valueAt(node);
}

test("what a trie says of a part of a text is what a map of its texts says", () => {
  const texts = fc.string({ unit: fc.constantFrom("a", "b", "ß", "漢", "\ud83d"), minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 30 }), texts, texts, (all, front, text) => {
      const values = new Map(all.map((one, index) => [one, index]));
      const trie = new LetterTrie(values);
      assert.equal(valueOf(trie, front + text, front.length), values.get(text));
      for (const [one, index] of values) {
        assert.equal(valueOf(trie, one, 0), index);
        const longer = one + text;
        assert.ok(trie.mayBegin(longer.charCodeAt(0), longer.charCodeAt(1), longer.charCodeAt(2)));
      }
    }),
  );
});
