import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cleaned, lowered } from "./normalise.ts";
import { View } from "./view.ts";

const tags = (text: string): string =>
  Array.from(text, (letter) => String.fromCodePoint(0xe0000 + (letter.codePointAt(0) ?? 0))).join("");

test("half a character that was looked at hides no character that begins with the same half", () => {
  assert.equal(cleaned(new View("a\udb40")).text, "a\udb40");
  assert.equal(cleaned(new View(`a${tags("hide")}b`)).text, "ab");
});

test("every part of a normalised text knows the part of the original that it stands for", () => {
  const parts = fc.constantFrom(
    "a",
    "É",
    "ﬁ",
    "\u200b",
    "ﷺ",
    "各",
    "\u0301",
    "İ",
    "\u{1d400}",
    tags("x"),
    "\ud83d",
    "²",
    "й",
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 20 }), fc.array(parts, { maxLength: 20 }), (before, behind) => {
      const text = `${before.join("")}needle${behind.join("")}`;
      const view = lowered(cleaned(new View(text)));
      const start = view.text.indexOf("needle");
      assert.deepEqual(view.original({ start, end: start + 6 }), {
        start: before.join("").length,
        end: before.join("").length + 6,
      });
    }),
  );
});
