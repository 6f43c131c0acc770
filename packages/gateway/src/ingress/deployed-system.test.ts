import assert from "node:assert/strict";
import { test } from "node:test";
import { requireCompiled, SystemManifest, type Version } from "@troupe/runtime/internal";
import { withoutDoors } from "./deployed-system.ts";

const role = { kind: "actor" };
const manifest = SystemManifest.parse({
  name: "pair",
  graph: { client: ["a", "b"], a: ["b", "client"], b: ["client"] },
  roles: { a: role, b: role },
});
const deployed = { version: "v1" as Version, system: requireCompiled(manifest), deployedAtMs: 0 };

test("a door that an operator closed is none, other edges are not the gateway's", () => {
  assert.equal(withoutDoors(undefined, []), undefined);
  assert.equal(withoutDoors(deployed, []), deployed);
  assert.equal(withoutDoors(deployed, [{ from: "a", to: "b" }]), deployed);
  const closed = withoutDoors(deployed, [{ from: "client", to: "a" }]);
  assert.deepEqual([...(closed?.system.doors ?? [])], ["b"]);
  assert.equal(closed?.system.roles.size, 2);
});
