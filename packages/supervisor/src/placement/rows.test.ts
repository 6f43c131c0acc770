import assert from "node:assert/strict";
import { test } from "node:test";
import type { NodePlacement } from "@troupe/runtime/internal";
import type { HandOver } from "./hand-over.ts";
import { assignmentOf, changedRows, servingOf } from "./rows.ts";
import { replicaKey, type WantedReplica } from "./wanted.ts";

const TERM = 7;
const wanted = [0, 1].map(
  (i): WantedReplica => ({
    version: "v1",
    role: `r${i}`,
    variant: undefined,
    index: 0,
    concurrency: 1,
    labels: {},
    capabilities: [],
    rules: {},
    pin: undefined,
    generation: 0,
  }),
);
const assignment = new Map([
  ["v1/r0/0", "a"],
  ["v1/r1/0", "b"],
]);
const none = new Map<string, HandOver>();
const byNode = (rows: readonly NodePlacement[]) => new Map(rows.map((row) => [row.node, row]));
const told = (rows: readonly NodePlacement[]) =>
  rows.map(({ node, epoch, replicas }) => [
    node,
    epoch,
    ...replicas.map((one) => `${replicaKey(one)}${one.isStandby === true ? " stands by" : ""}`),
  ]);

test("rows are written only where they differ, with the next epoch, and emptied where nothing runs any more", () => {
  const first = changedRows(assignment, wanted, new Map(), none, TERM);
  assert.deepEqual(told(first), [
    ["a", 1, "v1/r0/0"],
    ["b", 1, "v1/r1/0"],
  ]);
  const rows = byNode(first);
  assert.deepEqual(changedRows(assignment, wanted, rows, none, TERM), []);
  assert.deepEqual(assignmentOf(rows.values()), assignment);
  const both = new Map([...assignment.keys()].map((key) => [key, "a"]));
  assert.deepEqual(told(changedRows(both, wanted, rows, none, TERM)), [
    ["a", 2, "v1/r0/0", "v1/r1/0"],
    ["b", 2],
  ]);
});

test("a new leader signs every row once, so that what an earlier one still writes is refused", () => {
  const rows = byNode(changedRows(assignment, wanted, new Map(), none, TERM));
  const signed = changedRows(assignment, wanted, rows, none, TERM + 1);
  assert.deepEqual(
    signed.map(({ node, epoch, leaderEpoch }) => [node, epoch, leaderEpoch]),
    [
      ["a", 2, 8],
      ["b", 2, 8],
    ],
  );
});

test("another generation is another row", () => {
  const rows = byNode(changedRows(assignment, wanted, new Map(), none, TERM));
  const again = wanted.map((one, i) => (i === 0 ? { ...one, generation: 1 } : one));
  const [row, ...more] = changedRows(assignment, again, rows, none, TERM);
  assert.deepEqual(more, []);
  assert.equal(row?.replicas[0]?.generation, 1);
});

test("a replica on its way is in both rows while it is prepared, then in none that takes, then in the new one", () => {
  let rows = byNode(changedRows(assignment, wanted, new Map(), none, TERM));
  const both = new Map([...assignment.keys()].map((key) => [key, "a"]));
  const write = (step: HandOver) => {
    const changed = changedRows(both, wanted, rows, new Map([["v1/r1/0", step]]), TERM);
    rows = new Map([...rows, ...byNode(changed)]);
    return told(changed);
  };
  assert.deepEqual(write({ kind: "prepare", from: "b" }), [["a", 2, "v1/r0/0", "v1/r1/0 stands by"]]);
  assert.equal(assignmentOf(rows.values()).get("v1/r1/0"), "a");
  assert.equal(servingOf(rows.values()).get("v1/r1/0"), "b");
  assert.deepEqual(write({ kind: "let_go", from: "b" }), [["b", 2]]);
  assert.equal(servingOf(rows.values()).get("v1/r1/0"), "a");
  assert.deepEqual(write({ kind: "take" }), [["a", 3, "v1/r0/0", "v1/r1/0"]]);
});
