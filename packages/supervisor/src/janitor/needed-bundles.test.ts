import assert from "node:assert/strict";
import { test } from "node:test";
import { type Deployment, SystemManifest } from "@troupe/runtime/internal";
import { neededBundles } from "./needed-bundles.ts";

const manifest = SystemManifest.parse({
  name: "s",
  graph: { client: ["a"], a: ["client"] },
  roles: { a: { kind: "actor" } },
});
const deployment = (version: string, sha256: string): Deployment => ({
  v: 1,
  version,
  manifest,
  source: { type: "bundle", sha256, bytes: 1, file: "system.ts", external: [] },
  hopKeys: {},
  deployedAt: "",
});
const DEPLOYMENTS = [
  deployment("v8", "a"),
  deployment("v9", "b"),
  deployment("v10", "c"),
  deployment("v11", "a"),
  deployment("v12", "d"),
];

const needed = (current: string, draining: string[] = [], open: string[] = []) => {
  const desired = { v: 1 as const, current, draining, paused: [], replicas: {} };
  return [...neededBundles(desired, DEPLOYMENTS, (version) => (open.includes(version) ? 1 : 0))].toSorted().join("");
};

test("the code of versions that run, drain, have open tasks or are being deployed is needed, and no other", () => {
  assert.equal(needed("v12"), "d");
  assert.equal(needed("v12", ["v10"]), "cd");
  assert.equal(needed("v12", [], ["v9"]), "bd");
  assert.equal(needed("v10"), "acd", "v11 and v12 are not done; by their numbers v8 and v9 are older");
});

test("code that a version which is gone shares with one that is not stays", () => {
  assert.equal(needed("v12", ["v11"]), "ad");
});
