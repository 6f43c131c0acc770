import assert from "node:assert/strict";
import { test } from "node:test";
import { type Deployment, type Desired, SystemManifest, TroupeError } from "@troupe/runtime/internal";
import { replicaKey, wantedReplicas } from "../placement/wanted.ts";
import { applyWish, type DesiredWish, nextGeneration } from "./operator-changes.ts";

const deployment: Deployment = {
  v: 1,
  version: "v1",
  manifest: SystemManifest.parse({
    name: "s",
    graph: { client: ["a"], a: ["b"], b: ["client"] },
    roles: { a: { kind: "actor", replicas: 2 }, b: { kind: "actor", variants: { gpu: ["gpu"] } } },
  }),
  source: { type: "module", path: "/s.ts", sha256: "0".repeat(64) },
  hopKeys: {},
  deployedAt: "",
};
const desired: Desired = { v: 1, current: "v1", draining: [], paused: [], replicas: {} };
const apply = (wish: DesiredWish, now = desired) => applyWish(now, deployment, wish);

test("what an operator wishes done twice is the same as done once", () => {
  const wishes: DesiredWish[] = [
    { kind: "pause", role: "a" },
    { kind: "resume", role: "a" },
    { kind: "scale", role: "a", replicas: 0 },
    { kind: "migrate", replica: "b_gpu/0", to: "n2" },
    { kind: "stop", replica: "a/1" },
    { kind: "restart", target: "a", generation: 1 },
  ];
  for (const wish of wishes) assert.deepEqual(apply(wish, apply(wish)), apply(wish), wish.kind);
});

test("a stopped replica is wanted no more, its siblings are; a restart brings it back as another instance", () => {
  const keys = (now: Desired) => wantedReplicas(now, new Map([["v1", deployment]])).map(replicaKey);
  const stopped = apply({ kind: "stop", replica: "a/0" });
  assert.deepEqual(keys(stopped), ["v1/a/1", "v1/b/0", "v1/b_gpu/0"]);
  assert.equal(nextGeneration(stopped, deployment, "a/0"), 1);
  const again = apply({ kind: "restart", target: "a/0", generation: 1 }, stopped);
  assert.deepEqual(again.stopped, []);
  const [first, second] = wantedReplicas(again, new Map([["v1", deployment]]));
  assert.deepEqual([first?.generation, second?.generation], [1, 0]);
  assert.equal(nextGeneration(again, deployment, "a"), 2);
  assert.equal(nextGeneration(again, deployment, "a/1"), 1);
});

test("a role stands for all of its replicas, those of its variants included", () => {
  const restarted = apply({ kind: "restart", target: "b", generation: 4 });
  assert.deepEqual(restarted.generations, { "b/0": 4, "b_gpu/0": 4 });
});

const refused = (wish: DesiredWish, code: "unknown_role" | "invalid_request", text: RegExp) =>
  assert.throws(
    () => apply(wish),
    (error) => TroupeError.is(error, code) && text.test(error.message),
  );

test("who names nothing that there is is told what there is", () => {
  refused({ kind: "pause", role: "toString" }, "unknown_role", /there are a, b/);
  refused({ kind: "scale", role: "zzz", replicas: 1 }, "unknown_role", /there are a, b/);
  refused({ kind: "migrate", replica: "a/7", to: "n" }, "invalid_request", /there are a\/0, a\/1/);
  refused({ kind: "stop", replica: "b_tpu/0" }, "invalid_request", /none of that name/);
  refused({ kind: "restart", target: "c/0", generation: 1 }, "unknown_role", /there are a, b/);
});
