import assert from "node:assert/strict";
import { test } from "node:test";
import { Deployment, Subjects, SystemManifest, streamSpecs } from "@troupe/runtime/internal";
import { judgeStrays, shardsOf, strayDurables, strayStreams } from "./stray-checks.ts";

const subjects = new Subjects("shop");
const names = streamSpecs({ subjects, shards: 2 }).map(({ name }) => name);
const deployment = Deployment.parse({
  v: 1,
  version: "v2",
  manifest: SystemManifest.parse({
    name: "shop",
    graph: { client: ["a"], a: ["client"] },
    roles: { a: { kind: "actor", variants: { gpu: ["gpu"] } } },
  }),
  source: { type: "module", path: "/x.ts", sha256: "0".repeat(64) },
  hopKeys: { a: "0".repeat(64) },
  deployedAt: "2026-11-21T16:00:00Z",
});

test("every stream of the table belongs to the system, and another system's are not ours to judge", () => {
  assert.equal(shardsOf(names, subjects), 2);
  assert.deepEqual(strayStreams([...names, "SHOPPING_LOG_0", "KV_shopping-desired", "ORDERS"], subjects, 2), []);
});

test("a shard that nothing counts and a bucket that nobody knows are left over", () => {
  const strays = ["SHOP_LOG_7", "KV_shop-memories"];
  assert.deepEqual(strayStreams([...names, ...strays], subjects, 2), strays);
});

test("durables of versions that are gone are left over, those of roles and variants that run are not", () => {
  assert.deepEqual(strayDurables(["v2-a", "v2-a_gpu", "v1-a", "test"], [deployment], subjects), ["v1-a", "test"]);
});

test("what is left over is a warning that names it and how to remove it", () => {
  assert.equal(judgeStrays([], []).status, "ok");
  const found = judgeStrays(["SHOP_LOG_7"], ["v1-a"]);
  assert.equal(found.status, "warning");
  assert.match(found.text, /2 left over: streams SHOP_LOG_7; consumers of the log v1-a/);
  assert.match("remedy" in found ? found.remedy : "", /nats consumer rm/);
});
