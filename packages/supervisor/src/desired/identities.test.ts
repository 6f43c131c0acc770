import assert from "node:assert/strict";
import { test } from "node:test";
import type { Desired } from "@troupe/runtime/internal";
import { identityChanges } from "./identities.ts";

const desired = (current: string, ...draining: string[]): Desired => ({
  v: 1,
  current,
  draining,
  paused: [],
  replicas: {},
});

const alive = [{ node: "a", status: "up" }] as const;

test("versions that run get identities, drained ones lose them, one that is being deployed keeps its own", () => {
  const cases: [Desired, string[], { issue: string[]; revoke: string[] }][] = [
    [desired("v1"), [], { issue: ["v1"], revoke: [] }],
    [desired("v2", "v1"), ["v1", "v2"], { issue: [], revoke: [] }],
    [desired("v3", "v2"), ["v1", "v2"], { issue: ["v3"], revoke: ["v1"] }],
    [desired("v2"), ["v2", "v3"], { issue: [], revoke: [] }],
    [desired("v10"), ["v9", "v10"], { issue: [], revoke: ["v9"] }],
  ];
  for (const [state, versions, changes] of cases) {
    assert.deepEqual(identityChanges(state, { versions, nodes: ["a"], revoked: {} }, alive), {
      ...changes,
      retire: [],
    });
  }
});

test("a version whose cut edges are not those that are desired gets its identities anew", () => {
  const edge = { from: "a", to: "b" };
  const issued = (state: Desired, revoked: Record<string, readonly (typeof edge)[]>) =>
    identityChanges(state, { versions: ["v1", "v2"], nodes: [], revoked }, alive).issue;
  const cut = { ...desired("v2", "v1"), revoked: [edge] };
  assert.deepEqual(issued(cut, { v1: [edge], v2: [] }), ["v2"]);
  assert.deepEqual(issued(cut, { v1: [edge], v2: [edge] }), []);
  assert.deepEqual(issued(desired("v2", "v1"), { v1: [edge] }), ["v1"]);
});

test("nodes that are dead or have left lose what they hold, nobody else does", () => {
  const members = [
    { node: "up", status: "up" },
    { node: "suspect", status: "suspect" },
    { node: "joining", status: "joining" },
    { node: "draining", status: "draining" },
    { node: "dead", status: "dead" },
    { node: "left", status: "left" },
  ] as const;
  const nodes = [...members.map(({ node }) => node), "never-heard-of"];
  const { retire } = identityChanges(desired("v1"), { versions: ["v1"], nodes, revoked: {} }, members);
  assert.deepEqual(retire, ["dead", "left"]);
});
