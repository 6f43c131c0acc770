import assert from "node:assert/strict";
import { test } from "node:test";
import { differenceLines } from "./difference.ts";

const nothing = { roles: { added: [], removed: [], changed: [] }, edges: { added: [], removed: [] }, settings: [] };
const plain = (_style: string, text: string): string => text;

test("a difference shows what comes, what goes and what changes", () => {
  const lines = differenceLines(
    {
      roles: { added: ["b"], removed: ["a"], changed: [{ role: "c", settings: ["replicas", "retry"] }] },
      edges: { added: ["client→b"], removed: [] },
      settings: ["source"],
    },
    plain,
  );
  assert.deepEqual(lines, ["+ role b", "- role a", "~ role c: replicas, retry", "+ edge client→b", "~ source"]);
});

test("nothing is said where nothing changes", () => {
  assert.deepEqual(differenceLines(nothing, plain), []);
});
