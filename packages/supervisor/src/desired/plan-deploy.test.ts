import assert from "node:assert/strict";
import { test } from "node:test";
import { type Deployment, type Desired, SystemManifest } from "@troupe/runtime/internal";
import { canonicalJson, difference } from "./difference.ts";
import { drainedVersions } from "./draining.ts";

import { afterDeploy, planDeploy } from "./plan-deploy.ts";

const manifest = (changes: object = {}) =>
  SystemManifest.parse({
    name: "s",
    graph: { client: ["a"], a: ["b"], b: ["client"] },
    roles: { a: { kind: "actor" }, b: { kind: "actor" } },
    ...changes,
  });
const source = (mark = "0", path = "/s.ts"): Deployment["source"] => ({
  type: "module",
  path,
  sha256: mark.repeat(64),
});
const deployment = (version: string, mark = "0", of = manifest()): Deployment => ({
  v: 1,
  version,
  manifest: of,
  source: source(mark),
  hopKeys: {},
  deployedAt: "",
});
const desired = (current: string, changes: Partial<Desired> = {}): Desired => ({
  v: 1,
  current,
  draining: [],
  paused: [],
  replicas: {},
  ...changes,
});
const stored = (...all: Deployment[]) => new Map(all.map((one) => [one.version, one]));

test("what a deployment comes to", () => {
  const order = { manifest: manifest(), source: source() };
  const plan = (now: Desired | undefined, deployments: Map<string, Deployment>, asked = order) => {
    const { kind, version } = planDeploy(asked, now, deployments);
    return `${kind} ${version}`;
  };
  assert.equal(plan(undefined, stored()), "create v1");
  assert.equal(plan(desired("v1"), stored(deployment("v1"))), "nothing v1");
  assert.equal(plan(desired("v1"), stored(deployment("v1", "1"))), "create v2");
  assert.equal(
    plan(desired("v2"), stored(deployment("v1"), deployment("v2", "1"))),
    "create v3",
    "going back is a new version",
  );
  assert.equal(plan(undefined, stored(deployment("v1"))), "adopt v1", "interrupted before it was desired");
  assert.equal(plan(desired("v1"), stored(deployment("v1", "1"), deployment("v2"))), "adopt v2");
  assert.equal(plan(desired("v1"), stored(deployment("v1", "1"), deployment("v2", "2"))), "create v3");
  assert.equal(
    plan(desired("v1"), stored(deployment("v1")), { ...order, source: source("0", "/elsewhere.ts") }),
    "create v2",
  );
  const wider = { ...order, manifest: manifest({ description: "new" }) };
  assert.equal(plan(desired("v1"), stored(deployment("v1")), wider), "create v2");
});

test("the version before drains, and wishes for roles that are gone are dropped", () => {
  const before = desired("v2", { draining: ["v1"], paused: ["a", "gone"], replicas: { b: 3, gone: 4 } });
  assert.deepEqual(afterDeploy(before, "v3", manifest()), {
    v: 1,
    current: "v3",
    draining: ["v1", "v2"],
    paused: ["a"],
    replicas: { b: 3 },
  });
  assert.deepEqual(afterDeploy(undefined, "v1", manifest()).draining, []);
});

test("what was wished of single replicas holds for the next version, where their roles are still there", () => {
  const before = desired("v1", {
    pins: { "a/0": "n1", "a_gpu/1": "n2", "gone/0": "n1" },
    stopped: ["b/0", "gone/1"],
    generations: { "a/0": 2, "gone/0": 1 },
  });
  const { pins, stopped, generations } = afterDeploy(before, "v2", manifest());
  assert.deepEqual([pins, stopped, generations], [{ "a/0": "n1", "a_gpu/1": "n2" }, ["b/0"], { "a/0": 2 }]);
});

test("the difference names roles, their settings, edges and other settings", () => {
  const after = manifest({
    graph: { client: ["a"], a: ["c"], c: ["client"] },
    roles: { a: { kind: "actor", replicas: 2, about: { model: "fast" } }, c: { kind: "agent" } },
    limits: { hops: 9 },
  });
  assert.deepEqual(difference(manifest(), after), {
    roles: { added: ["c"], removed: ["b"], changed: [{ role: "a", settings: ["about", "replicas"] }] },
    edges: { added: ["a→c", "c→client"], removed: ["a→b", "b→client"] },
    settings: ["limits"],
  });
  assert.deepEqual(difference(undefined, manifest()).roles.added, ["a", "b"]);
  assert.equal(
    planDeploy({ manifest: manifest(), source: source("1") }, desired("v1"), stored(deployment("v1"))).difference
      .settings[0],
    "source",
  );
});

test("equal values are equal whatever the order of their keys", () => {
  assert.equal(canonicalJson({ b: [1, { d: 1, c: 2 }], a: 1 }), canonicalJson({ a: 1, b: [1, { c: 2, d: 1 }] }));
  assert.notEqual(canonicalJson([1, 2]), canonicalJson([2, 1]));
});

test("a version has drained when it had no task and no message for the whole grace", () => {
  const memory = new Map<string, number>();
  const now = desired("v3", { draining: ["v1", "v2"] });
  const queue = {
    shard: 0,
    durable: "",
    mailbox: "a",
    filter: "",
    waiting: 1,
    inFlight: 0,
    ackedUpTo: 0,
    deliveredUpTo: 0,
    consumerSequence: 0,
  };
  const drained = (open: number, version: string, nowMs: number) =>
    drainedVersions(now, (of) => (of === "v1" ? open : 0), [{ ...queue, version }], memory, nowMs, 10);
  assert.deepEqual(drained(0, "v2", 0), []);
  assert.deepEqual(drained(1, "v2", 5), [], "a task began");
  assert.deepEqual(drained(0, "v2", 10), []);
  assert.deepEqual(drained(0, "v2", 20), ["v1"]);
  assert.deepEqual(drained(0, "v3", 25), ["v1"]);
  assert.deepEqual(drained(0, "v3", 35), ["v1", "v2"]);
});
