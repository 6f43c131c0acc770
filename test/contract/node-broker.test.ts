/** What hosts may not reach themselves, their node gets for them. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createBlobs, createPublisher, SystemManifest } from "@troupe/runtime/internal";
import { TestCluster } from "../support/cluster.ts";

const COUNTER = `export default { manifest: {}, roles: { a: { kind: "actor", settings: {}, about: {}, create: () => ({
  receive: (message) => ({ outcome: "complete", body: typeof message === "string" ? message.length : message }),
}) } } };`;

let cluster: TestCluster;
let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-node-"));
  cluster = await TestCluster.start();
  const path = join(folder, "counter.mjs");
  await writeFile(path, COUNTER);
  const manifest = SystemManifest.parse({
    name: "counter",
    graph: { client: ["a"], a: ["client"] },
    roles: { a: { kind: "actor" } },
  });
  await cluster.deploy("v1", path, manifest);
  await cluster.place("n1", 1, "v1", [{ role: "a" }]);
  await cluster.startNode("n1");
});
after(async () => {
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
});

async function store(text: string) {
  const publisher = createPublisher(cluster.core);
  try {
    const blobs = createBlobs({ link: cluster.core, publisher, subjects: cluster.subjects });
    return await blobs.put("client", Buffer.from(text));
  } finally {
    publisher.close();
  }
}

test("a body that is too large for a record reaches the handler as if it were not", async () => {
  const length = 3 * 1024 * 1024;
  const ref = await store(JSON.stringify("x".repeat(length)));
  const done = await cluster.done(await cluster.submit("v1", "a", { $blob: ref }));
  assert.deepEqual([done.status, done.result], ["completed", length]);
});

test("a reference to nothing, or to what is no JSON, parks the message", async () => {
  const missing = { role: "client", sha256: "0".repeat(64), bytes: 5 };
  for (const ref of [missing, await store("{")]) {
    const task = await cluster.submit("v1", "a", { $blob: ref });
    const dead = await cluster.recorded(task, /^c\.dead\.0$/);
    assert.equal((dead.body as { error: { code: string } }).error.code, "malformed_record");
  }
});

test("what only looks like a reference is a message like any other", async () => {
  const done = await cluster.done(await cluster.submit("v1", "a", { $blob: "no reference" }));
  assert.deepEqual(done.result, { $blob: "no reference" });
});
