import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { textPieces } from "./text-pieces.ts";

test("pieces together are the text, none is longer than asked for, and none cuts a character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), fc.integer({ min: 2, max: 20 }), (text, most) => {
      const pieces = textPieces(text, most);
      assert.equal(pieces.join(""), text);
      assert.ok(pieces.every((piece) => piece.length > 0 && piece.length <= most));
      if (text.isWellFormed()) assert.ok(pieces.every((piece) => piece.isWellFormed()));
    }),
  );
});
