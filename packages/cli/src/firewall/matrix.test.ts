import assert from "node:assert/strict";
import { test } from "node:test";
import { requireCompiled, SystemManifest } from "@troupe/runtime/internal";
import { drawMatrix } from "./matrix.ts";

const role = { kind: "actor" };

test("the matrix shows each edge, each answer along an edge, and what is refused", () => {
  const manifest = SystemManifest.parse({
    name: "pair",
    graph: { client: ["a"], a: ["b"], b: ["client"] },
    roles: { a: role, b: role },
  });
  const rows = drawMatrix(requireCompiled(manifest), (_style, text) => text).map((line) => line.split(/\s+/));
  assert.deepEqual(rows, [
    ["", "a", "b", "client"],
    ["client", "●", "·", "·"],
    ["a", "·", "●", "·"],
    ["b", "↩", "·", "●"],
  ]);
});
