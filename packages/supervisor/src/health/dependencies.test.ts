import assert from "node:assert/strict";
import { test } from "node:test";
import type { DependencyReport, Member } from "@troupe/runtime/internal";
import fc from "fast-check";
import { EMPTY_MEMBERSHIP, type Membership, withHeartbeat, withMember } from "../membership/snapshot.ts";
import { dependenciesOf } from "./dependencies.ts";

type Reports = readonly DependencyReport[];

function members(nodes: readonly (readonly [string, Reports, Member["status"]?])[]): Membership {
  let all = EMPTY_MEMBERSHIP;
  for (const [node, reports, status = "up"] of nodes) {
    const about = { node, incarnation: "i", labels: {}, capabilities: [], slots: 4 };
    const load = { sequence: 1, busy: 0, load: 0, memoryBytes: 1, loopP99Ms: 1, isDraining: false, actors: [] };
    all = withMember(all, { v: 1, ...about, status, since: "then", reason: "test" });
    all = withHeartbeat(all, { v: 1, ...about, ...load, dependencies: [...reports] });
  }
  return all;
}

const model = (name: string, isUp: boolean): DependencyReport =>
  isUp ? { kind: "model", name, isUp } : { kind: "model", name, isUp, reason: `${name} is silent` };

test("a dependency is up while it works for one node, and names those for which it does not", () => {
  const membership = members([
    ["n2", [model("a", false), model("b", false)]],
    ["n1", [model("a", true), model("b", false)]],
    ["n3", []],
  ]);
  assert.deepEqual(dependenciesOf(membership), [
    { kind: "model", name: "a", up: true, down_on: ["n2"], reason: "a is silent" },
    { kind: "model", name: "b", up: false, down_on: ["n1", "n2"], reason: "b is silent" },
  ]);
});

const countOf = (status: Member["status"]) => dependenciesOf(members([["n1", [model("a", false)], status]])).length;

test("who is dead or has left says nothing any more; who drains or is suspect still does", () => {
  assert.deepEqual((["dead", "left", "draining", "suspect"] as const).map(countOf), [0, 0, 1, 1]);
});

test("things of the same name and another kind are different, and the order of nodes decides nothing", () => {
  const report = fc.record({
    kind: fc.constantFrom("model" as const, "cache" as const),
    name: fc.constantFrom("a", "b"),
  });
  const node = fc.tuple(fc.constantFrom("n1", "n2", "n3", "n4"), fc.array(report));
  const nodes = fc.uniqueArray(node, { selector: ([name]) => name });
  fc.assert(
    fc.property(nodes, fc.boolean(), (given, isUp) => {
      const full = given.map(([name, reports]) => [name, reports.map((one) => ({ ...one, isUp }))] as const);
      const answer = dependenciesOf(members(full));
      assert.deepEqual(answer, dependenciesOf(members(full.toReversed())));
      const distinct = new Set(given.flatMap(([, reports]) => reports.map(({ kind, name }) => `${kind} ${name}`)));
      assert.equal(answer.length, distinct.size);
    }),
  );
});
