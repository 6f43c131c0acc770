import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { WordTable } from "./word-table.ts";

test("what a table says of a part of a text is what a map of its words says", () => {
  const words = fc.string({ unit: fc.constantFrom("a", "b", "ß", "漢", "\ud83d"), maxLength: 5 });
  fc.assert(
    fc.property(fc.array(words, { maxLength: 30 }), words, words, words, (all, front, text, behind) => {
      const values = new Map(all.map((one, index) => [one, index]));
      const table = new WordTable(values);
      const whole = front + text + behind;
      assert.equal(table.find(whole, front.length, front.length + text.length), values.get(text));
      for (const [one, index] of values) assert.equal(table.find(one, 0, one.length), index);
    }),
  );
});
