import assert from "node:assert/strict";
import { test } from "node:test";
import { Supervision } from "../contracts/supervision.ts";
import { RoleManifest } from "../contracts/system.ts";
import { supervisedGroups } from "./groups.ts";

const roles = Object.fromEntries(
  ["router", "planner", "developer"].map((role) => [role, RoleManifest.parse({ kind: "actor" })]),
);

test("without a word about it every role is restarted by itself, three times a minute", () => {
  assert.deepEqual(supervisedGroups({ roles }), [
    {
      name: "",
      strategy: "one-for-one",
      intensity: { maxRestarts: 3, windowMs: 60_000, baseMs: 200, maxMs: 30_000 },
      roles: ["router", "planner", "developer"],
    },
  ]);
});

test("what a group does not set is as the system sets it; other roles stay together", () => {
  const supervision = Supervision.parse({
    strategy: "one-for-all",
    intensity: 5,
    backoff: { baseMs: 10 },
    groups: { pair: { roles: ["developer", "planner"], strategy: "rest-for-one", withinMs: 1_000 } },
  });
  const intensity = { maxRestarts: 5, windowMs: 60_000, baseMs: 10, maxMs: 30_000 };
  assert.deepEqual(supervisedGroups({ roles, supervision }), [
    {
      name: "pair",
      strategy: "rest-for-one",
      intensity: { ...intensity, windowMs: 1_000 },
      roles: ["developer", "planner"],
    },
    { name: "", strategy: "one-for-all", intensity, roles: ["router"] },
  ]);
});
