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

test("on a narrow screen the last cell goes on under itself, or below its row where there is no room", () => {
  const rows = [
    ["node", "since"],
    ["node-1", "heartbeats arrive, since this morning"],
    ["node-2", "short"],
  ];
  assert.deepEqual(columns(rows, 34), [
    "node    since",
    "node-1  heartbeats arrive, since",
    "        this morning",
    "node-2  short",
  ]);
  assert.deepEqual(columns(rows, 30), [
    "node    since",
    "node-1",
    "    heartbeats arrive, since",
    "    this morning",
    "node-2  short",
  ]);
  assert.deepEqual(columns(rows), columns(rows, 80));
});
