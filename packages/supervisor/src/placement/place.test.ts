import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Site } from "./fit.ts";
import { place } from "./place.ts";
import { replicaKey, type WantedReplica } from "./wanted.ts";

const site = (node: string, changes: Partial<Site> = {}): Site => ({
  node,
  labels: {},
  capabilities: [],
  slots: 16,
  memoryLimitBytes: undefined,
  load: 0,
  isOpen: true,
  isFresh: false,
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
  rules: {},
  pin: undefined,
  generation: 0,
  ...changes,
});

const fresh = (node: string, changes: Partial<Site> = {}): Site => site(node, { isFresh: true, ...changes });
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
  assert.equal(
    plan.unplaced[0]?.reason,
    "a: needs label gpu=true; b: needs capability cuda; c: has 3 slots, 4 are needed",
  );
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
  assert.equal(countOn(place(wanted, [site("a"), site("b")], alone.assignment), "a"), 6, "b is not new");
  const both = place(wanted, [site("a"), fresh("b")], alone.assignment);
  assert.equal(countOn(both, "a"), 3);
  assert.equal(countOn(both, "b"), 3);
  assert.equal(both.levelled, 3);
  assert.match(
    both.reasons.get([...both.assignment].find(([, node]) => node === "b")?.[0] ?? "") ?? "",
    /a is more crowded than b/,
  );
  assert.deepEqual(place(wanted, [site("a"), fresh("b")], both.assignment).assignment, both.assignment);
  assert.equal(place(wanted, [site("a"), fresh("b")], alone.assignment, { maxLevelled: 2 }).levelled, 2);
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
          isFresh: fc.boolean(),
        })
        .map(({ slots, load, gpu, isOpen, isFresh }) =>
          site(node, { slots, load, isOpen, isFresh, labels: gpu ? { gpu: "true" } : {} }),
        ),
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

test("a decision depends on neither the order of the nodes nor on that of what runs", () => {
  fc.assert(
    fc.property(arbitraryWanted, arbitrarySites, fc.infiniteStream(fc.nat()), (wanted, sites, order) => {
      const shuffled = <T>(list: readonly T[]) =>
        list
          .map((item) => [order.next().value, item] as const)
          .toSorted(([a], [b]) => a - b)
          .map(([, item]) => item);
      const plan = place(wanted, sites, new Map());
      const present = new Map(shuffled([...plan.assignment]));
      assert.deepEqual(new Map(place(wanted, shuffled(sites), new Map()).assignment), new Map(plan.assignment));
      assert.deepEqual(
        new Map(place(wanted, shuffled(sites), present).assignment),
        new Map(place(wanted, sites, plan.assignment).assignment),
      );
    }),
    { numRuns: 300 },
  );
});

const nodes = (count: number) => Array.from({ length: count }, (_, i) => `n${String(i).padStart(2, "0")}`);
const moved = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>) =>
  [...before].filter(([key, node]) => after.get(key) !== node).map(([key]) => key);
/** Roles with several replicas each, as many as there is ample room for. */
const manyReplicas = fc
  .array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 })
  .map((counts) => counts.flatMap((count, r) => Array.from({ length: count }, (_, index) => replica(`r${r}`, index))));

test("adding a node to ten moves at most 15 % of the replicas; removing one moves only its own", () => {
  let worst = 0;
  fc.assert(
    fc.property(manyReplicas, fc.nat(9), (wanted, at) => {
      const ten = nodes(10).map((node) => site(node, { slots: 1_000 }));
      const before = place(wanted, ten, new Map()).assignment;
      const grown = place(wanted, [...ten, fresh("new", { slots: 1_000 })], before).assignment;
      const share = moved(before, grown).length / wanted.length;
      worst = Math.max(worst, share);
      assert.ok(share <= 0.15, `${moved(before, grown).length} of ${wanted.length} moved`);
      assert.ok(
        moved(before, grown).every((key) => grown.get(key) === "new"),
        "they move to the new node alone",
      );
      const gone = nodes(10)[at] ?? "";
      const shrunk = place(
        wanted,
        ten.filter(({ node }) => node !== gone),
        before,
      ).assignment;
      assert.deepEqual(
        moved(before, shrunk).toSorted(),
        [...before]
          .filter(([, node]) => node === gone)
          .map(([key]) => key)
          .toSorted(),
      );
    }),
    { numRuns: 300 },
  );
  assert.ok(worst > 0, "some run moved something");
});

test("what an operator pinned goes there and stays, also when that makes the node more crowded", () => {
  const wanted = [...roles(4).slice(0, 3), replica("r3", 0, { pin: "b" })];
  const present = new Map(wanted.map(({ role }) => [`v1/${role}/0`, role === "r3" ? "a" : "b"]));
  const plan = place(wanted, [fresh("a"), site("b"), site("c")], present);
  assert.equal(plan.assignment.get("v1/r3/0"), "b");
  assert.equal(plan.reasons.get("v1/r3/0"), "an operator moved it to b");
  assert.equal(place(wanted, [fresh("a"), site("b"), site("c")], plan.assignment).assignment.get("v1/r3/0"), "b");
});

test("a pin to a node that is gone or has no room holds nothing up, and is honoured when it can be", () => {
  const pinned = [replica("r", 0, { pin: "b" })];
  const elsewhere = place(pinned, [site("a")], new Map());
  assert.deepEqual([...elsewhere.assignment.values()], ["a"]);
  assert.match(elsewhere.reasons.get("v1/r/0") ?? "", /belongs on b, which is not there/);
  assert.deepEqual([...place(pinned, [site("a"), site("b")], elsewhere.assignment).assignment.values()], ["b"]);
  const full = place(pinned, [site("a"), site("b", { slots: 0 })], elsewhere.assignment);
  assert.deepEqual([...full.assignment.values()], ["a"], "it stays where it is");
});

test("replicas that must be apart never meet, whoever of them says so", () => {
  const wanted = [replica("db", 0, { rules: { antiAffinity: ["web"] } }), replica("web", 0), replica("web", 1)];
  const plan = place(wanted, [site("a"), site("b")], new Map());
  const [db, ...web] = wanted.map((one) => plan.assignment.get(replicaKey(one)));
  assert.ok(web.every((node) => node !== undefined && node !== db));
  const one = place(wanted, [site("a")], new Map());
  assert.match(one.unplaced[0]?.reason ?? "", /a: runs db, which it must be apart from/);
  const alone = [0, 1, 2].map((index) => replica("solo", index, { rules: { antiAffinity: ["solo"] } }));
  assert.equal(place(alone, [site("a"), site("b")], new Map()).unplaced.length, 1);
});

test("a replica likes to be near its friends, and spreads over the values of a label before over nodes", () => {
  const near = [replica("cache", 0), replica("web", 0, { rules: { affinity: ["cache"] } })];
  const plan = place(near, [site("a", { load: 0.5 }), site("b")], new Map());
  assert.equal(plan.assignment.get("v1/web/0"), plan.assignment.get("v1/cache/0"));
  const zones = [
    site("a1", { labels: { zone: "a" } }),
    site("a2", { labels: { zone: "a" } }),
    site("b1", { labels: { zone: "b" } }),
  ];
  const spread = [0, 1, 2, 3].map((index) => replica("r", index, { rules: { spread: "zone" } }));
  const byZone = [...place(spread, zones, new Map()).assignment.values()].map((node) => node[0]);
  assert.deepEqual(
    [byZone.filter((zone) => zone === "a").length, byZone.filter((zone) => zone === "b").length],
    [2, 2],
  );
});

test("memory that replicas reserve is never promised twice", () => {
  const wanted = [0, 1, 2].map((index) => replica("big", index, { rules: { memoryBytes: 400 } }));
  const plan = place(wanted, [site("a", { memoryLimitBytes: 1_000 })], new Map());
  assert.equal(plan.assignment.size, 2);
  assert.equal(plan.unplaced[0]?.reason, "a: has no free memory");
  const huge = place(
    [replica("huge", 0, { rules: { memoryBytes: 2_000 } })],
    [site("a", { memoryLimitBytes: 1_000 })],
    new Map(),
  );
  assert.equal(huge.unplaced[0]?.reason, "a: has 1000 bytes of memory, 2000 are needed");
});

test("every placement says why", () => {
  const first = place(roles(2), [site("a"), site("b")], new Map());
  assert.equal(first.reasons.get("v1/r0/0"), "the least loaded of 2 nodes that fit");
  const after = place(roles(2), [site("b")], first.assignment);
  assert.equal(after.reasons.get("v1/r0/0"), "a is gone or drains; the only node that fits");
});
