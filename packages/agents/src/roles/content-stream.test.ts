import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { StringFieldStream } from "./content-stream.ts";

/** Cuts a text at the given places. */
function cut(text: string, places: readonly number[]): readonly string[] {
  const at = [...new Set(places.map((place) => place % (text.length + 1)))].toSorted((a, b) => a - b);
  return [...at, text.length].map((end, index) => text.slice(index === 0 ? 0 : at[index - 1], end));
}

test("the first field's text comes out whole, wherever the JSON is cut", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.array(fc.nat()), fc.boolean(), (content, places, isPretty) => {
      const json = JSON.stringify({ content, route_to: "a", reason: 'not "content": "this"' }, null, isPretty ? 2 : 0);
      const stream = new StringFieldStream("content");
      const shown = cut(json, places)
        .map((piece) => stream.push(piece))
        .join("");
      assert.equal(shown, content);
    }),
  );
});

test("another first field, or no JSON at all, shows nothing", () => {
  for (const text of ['{"reason": "x", "content": "y"}', "Certainly! Here it is", "", "[1]"]) {
    assert.equal(new StringFieldStream("content").push(text), "");
  }
});
