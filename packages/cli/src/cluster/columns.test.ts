import assert from "node:assert/strict";
import { test } from "node:test";
import { columns } from "./columns.ts";

test("cells stand under one another, and no line ends in blanks", () => {
  assert.deepEqual(
    columns([
      ["a", "node", ""],
      ["longer", "n", "why"],
      ["", "", ""],
    ]),
    ["a       node", "longer  n     why", ""],
  );
  assert.deepEqual(columns([]), []);
});
