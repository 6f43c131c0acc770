import assert from "node:assert/strict";
import { test } from "node:test";
import { type Desired, SystemManifest, TroupeError } from "@troupe/runtime/internal";
import { afterDeploy } from "./plan-deploy.ts";
import { edgesOf, withoutEdge, withRestored } from "./revoked-edges.ts";

const role = { kind: "actor" };
const manifest = SystemManifest.parse({
  name: "pair",
  graph: { client: ["a"], a: ["b", "human"], b: ["client"] },
  roles: { a: role, b: role },
});
const older = SystemManifest.parse({ name: "pair", graph: { client: ["a"], a: ["client"] }, roles: { a: role } });
const running = new Map([
  ["v2", { manifest }],
  ["v1", { manifest: older }],
]);
const desired: Desired = { v: 1, current: "v2", draining: ["v1"], paused: [], replicas: {} };
const ab = { from: "a", to: "b" };

test("an edge of any version that runs can be cut, once", () => {
  const once = withoutEdge(desired, running, ab);
  assert.deepEqual(once, { ...desired, revoked: [ab] });
  assert.deepEqual(withoutEdge(once, running, ab), once);
  const both = withoutEdge(once, running, { from: "a", to: "client" });
  assert.deepEqual(both.revoked, [ab, { from: "a", to: "client" }]);
  assert.deepEqual(edgesOf(running.values()).length, 5);
});

test("what is no edge is refused with those that there are", () => {
  for (const edge of [
    { from: "b", to: "a" },
    { from: "a", to: "human" },
    { from: "__proto__", to: "a" },
    { from: "", to: "" },
  ])
    assert.throws(
      () => withoutEdge(desired, running, edge),
      (error) => TroupeError.is(error, "invalid_request") && Array.isArray(error.details["edges"]),
    );
});

test("a cut edge stays cut through deployments until one restores it", () => {
  const cut = withoutEdge(desired, running, ab);
  const next = afterDeploy(cut, "v3", manifest);
  assert.deepEqual(next.revoked, [ab]);
  assert.deepEqual(afterDeploy(next, "v4", manifest, [{ from: "b", to: "client" }]).revoked, [ab]);
  assert.equal(afterDeploy(next, "v4", manifest, [ab]).revoked, undefined);
  assert.deepEqual(withRestored([ab], [ab, { from: "x", to: "y" }]), { revoked: [], restored: [ab] });
});
