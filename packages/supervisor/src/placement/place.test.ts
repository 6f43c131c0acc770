import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { place, type Site } from "./place.ts";
import { assignmentOf, changedRows } from "./rows.ts";
import { replicaKey, type WantedReplica } from "./wanted.ts";

const site = (node: string, changes: Partial<Site> = {}): Site => ({
  node,
  labels: {},
  capabilities: [],
  slots: 16,
  load: 0,
  isOpen: true,
  ...changes,
});

const replica = (role: string, index = 0, changes: Partial<WantedReplica> = {}): WantedReplica => ({
  version: "v1",
  role,
  variant: undefined,
  index,
  concurrency: 1,
  labels: {},
  capabilities: [],
  ...changes,
});

const roles = (count: number) => Array.from({ length: count }, (_, i) => replica(`r${i}`));
const countOn = (plan: ReturnType<typeof place>, node: string) =>
  [...plan.assignment.values()].filter((at) => at === node).length;

test("replicas of one role are spread, and the least loaded node comes first", () => {
  const plan = place([replica("r", 0), replica("r", 1)], [site("a", { load: 0.9 }), site("b"), site("c")], new Map());
  assert.deepEqual([...plan.assignment.values()], ["b", "c"]);
});

test("a node without the labels, the capabilities or the slots gets nothing, and the reason says so", () => {
  const wanted = [replica("r", 0, { labels: { gpu: "true" }, capabilities: ["cuda"], concurrency: 4 })];
  const sites = [
    site("a"),
    site("b", { labels: { gpu: "true" } }),
    site("c", { labels: { gpu: "true" }, capabilities: ["cuda"], slots: 3 }),
  ];
  const plan = place(wanted, sites, new Map());
  assert.equal(plan.assignment.size, 0);
  assert.equal(plan.unplaced[0]?.reason, "a: needs label gpu=true; b: needs capability cuda; c: has no free slots");
  assert.equal(place(wanted, [], new Map()).unplaced[0]?.reason, "no node is up");
});

test("what runs stays where it is, on a suspect node too, which gets nothing new", () => {
  const present = new Map([["v1/r0/0", "a"]]);
  const plan = place(roles(2), [site("a", { isOpen: false }), site("b")], present);
  assert.deepEqual(Object.fromEntries(plan.assignment), { "v1/r0/0": "a", "v1/r1/0": "b" });
});

test("the replicas of a lost node move to the others", () => {
  const wanted = roles(4);
  const before = place(wanted, [site("a"), site("b")], new Map());
  const after = place(wanted, [site("a")], before.assignment);
  assert.equal(countOn(after, "a"), 4);
});

test("a node that joins takes its share from the crowded ones, once", () => {
  const wanted = roles(6);
  const alone = place(wanted, [site("a")], new Map());
  const both = place(wanted, [site("a"), site("b")], alone.assignment);
  assert.equal(countOn(both, "a"), 3);
  assert.equal(countOn(both, "b"), 3);
  assert.deepEqual(place(wanted, [site("a"), site("b")], both.assignment).assignment, both.assignment);
});

const arbitrarySites = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e"), { maxLength: 5 }).chain((names) =>
  fc.tuple(
    ...names.map((node) =>
      fc
        .record({
          slots: fc.integer({ min: 0, max: 6 }),
          load: fc.double({ min: 0, max: 1, noNaN: true }),
          gpu: fc.boolean(),
          isOpen: fc.boolean(),
        })
        .map(({ slots, load, gpu, isOpen }) => site(node, { slots, load, isOpen, labels: gpu ? { gpu: "true" } : {} })),
    ),
  ),
);
const arbitraryWanted = fc
  .array(
    fc.record({
      count: fc.integer({ min: 0, max: 4 }),
      gpu: fc.boolean(),
      concurrency: fc.integer({ min: 1, max: 2 }),
    }),
    { maxLength: 5 },
  )
  .map((list) =>
    list.flatMap(({ count, gpu, concurrency }, i) =>
      Array.from({ length: count }, (_, index) =>
        replica(`r${i}`, index, { concurrency, labels: gpu ? { gpu: "true" } : {} }),
      ),
    ),
  );

test("a replica that fits only on a full node gets the place of one that fits elsewhere too", () => {
  const [anywhere, ...picky] = [replica("any"), replica("gpu", 0, { labels: { gpu: "true" } })];
  const gpu = site("a", { slots: 1, labels: { gpu: "true" } });
  const present = new Map([["v1/any/0", "a"]]);
  const plan = place([anywhere, ...picky], [gpu, site("b", { slots: 1 })], present);
  assert.deepEqual(Object.fromEntries(plan.assignment), { "v1/any/0": "b", "v1/gpu/0": "a" });
  assert.deepEqual(place([anywhere, ...picky], [gpu], present).unplaced[0]?.reason, "a: has no free slots");
});

test("a slot that is freed when nodes are levelled goes to the replica that waits for it", () => {
  const gpu = { labels: { gpu: "true" } };
  const wanted = [replica("any"), replica("gpu", 0, gpu), replica("gpu", 1, gpu)];
  const plan = place(wanted, [site("a", { slots: 2, ...gpu }), site("d", { slots: 1 })], new Map());
  assert.deepEqual(plan.unplaced, []);
});

test("every plan: each replica once or with a reason, only where it fits, within the slots, and stable", () => {
  fc.assert(
    fc.property(arbitraryWanted, arbitrarySites, arbitrarySites, (wanted, before, sites) => {
      const present = place(wanted, before, new Map()).assignment;
      const plan = place(wanted, sites, present);
      const bySite = new Map(sites.map((one) => [one.node, one]));
      assert.equal(plan.assignment.size + plan.unplaced.length, wanted.length);
      const used = new Map<string, number>();
      for (const one of wanted) {
        const node = plan.assignment.get(replicaKey(one));
        if (node === undefined) continue;
        const at = bySite.get(node);
        assert.ok(at, "placed on a node that is there");
        assert.ok(at.isOpen || present.get(replicaKey(one)) === node, "nothing new on a closed node");
        for (const [label, value] of Object.entries(one.labels)) assert.equal(at.labels[label], value);
        used.set(node, (used.get(node) ?? 0) + one.concurrency);
      }
      for (const [node, slots] of used) assert.ok(slots <= (bySite.get(node)?.slots ?? 0), "within the slots");
      for (const { replica: homeless } of plan.unplaced) {
        for (const at of sites.filter(
          ({ isOpen, labels }) => isOpen && (labels["gpu"] ?? "") >= (homeless.labels["gpu"] ?? ""),
        ))
          assert.ok((used.get(at.node) ?? 0) + homeless.concurrency > at.slots, "nobody waits beside a free place");
      }
      assert.deepEqual(place(wanted, sites, plan.assignment).assignment, plan.assignment, "the same again");
    }),
    { numRuns: 1_000 },
  );
});

test("rows are written only where they differ, with the next epoch, and emptied where nothing runs any more", () => {
  const wanted = roles(2);
  const assignment = new Map([
    ["v1/r0/0", "a"],
    ["v1/r1/0", "b"],
  ]);
  const first = changedRows(assignment, wanted, new Map());
  assert.deepEqual(
    first.map(({ node, epoch }) => [node, epoch]),
    [
      ["a", 1],
      ["b", 1],
    ],
  );
  const rows = new Map(first.map((row) => [row.node, row]));
  assert.deepEqual(changedRows(assignment, wanted, rows), []);
  assert.deepEqual(assignmentOf(rows.values()), assignment);
  const moved = changedRows(
    new Map([
      ["v1/r0/0", "a"],
      ["v1/r1/0", "a"],
    ]),
    wanted,
    rows,
  );
  assert.deepEqual(
    moved.map(({ node, epoch, replicas }) => [node, epoch, replicas.length]),
    [
      ["a", 2, 2],
      ["b", 2, 0],
    ],
  );
});
