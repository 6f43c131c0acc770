/** Nodes on a real server, without a supervisor: what they run is what their placement row says. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { callService, SystemManifest, TroupeError } from "@troupe/runtime/internal";
import { TestCluster } from "../support/cluster.ts";

const RELAY = fileURLToPath(new URL("../support/relay-system.ts", import.meta.url));
const ROLES = [{ role: "a" }, { role: "b" }, { role: "c" }];
const WITHOUT_C = ROLES.slice(0, 2);

let cluster: TestCluster;
let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-node-"));
  cluster = await TestCluster.start();
});
after(async () => {
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
});

test("a placement row that appears brings up a host, and a task runs through it", async () => {
  await cluster.deploy("v1", RELAY);
  const node = await cluster.startNode("n1");
  await cluster.heartbeat("n1", (beat) => beat.actors.length === 0);
  await cluster.place("n1", 1, "v1", ROLES);
  await cluster.heartbeat(
    "n1",
    (beat) => beat.actors.length === 3 && beat.actors.every((a) => a.state === "available"),
  );
  const task = await cluster.submit("v1", "a", { workMs: 1, number: 7 });
  const done = await cluster.done(task);
  assert.equal(done.status, "completed", JSON.stringify(done));
  assert.equal(node.hostPids.length, 1);
});

test("a node that comes up later runs what its row says, with nobody there to tell it", async () => {
  await cluster.deploy("v2", RELAY);
  await cluster.place("n2", 4, "v2", ROLES);
  await cluster.startNode("n2");
  const beat = await cluster.heartbeat("n2", ({ actors }) => actors.length === 3);
  assert.deepEqual([...new Set(beat.actors.map(({ epoch }) => epoch))], [4]);
  const done = await cluster.done(await cluster.submit("v2", "a", { workMs: 1, number: 8 }));
  assert.equal(done.status, "completed");
});

test("replicas that move to another version get a host of it, and the old host ends when it has nothing left", async () => {
  await cluster.deploy("v3", RELAY);
  await cluster.deploy("v4", RELAY);
  await cluster.place("n3", 1, "v3", ROLES);
  const node = await cluster.startNode("n3");
  const ofVersion = (version: string, count: number) =>
    cluster.heartbeat("n3", ({ actors }) => {
      return (
        actors.length === count && actors.every(({ id, state }) => id.startsWith(`${version}/`) && state !== "starting")
      );
    });
  await ofVersion("v3", 3);
  const running = await cluster.submit("v3", "a", { workMs: 700, number: 1 });
  await cluster.recorded(running, /^m\.send\.b$/);
  await cluster.place("n3", 2, "v4", WITHOUT_C);
  await node.logged(/host ended in order/);
  await ofVersion("v4", 2);
  assert.equal(node.hostPids.length, 2);
  // b finished what it ran; c of the old version is nobody's any more.
  assert.ok((await cluster.records(running)).some(({ subject: { name } }) => name.class === "m" && name.to === "c"));
  await cluster.place("n3", 1, "v3", ROLES);
  const [beat] = [await cluster.heartbeat("n3", ({ sequence }) => sequence % 2 === 0)];
  assert.ok(
    beat.actors.every(({ id }) => id.startsWith("v4/")),
    "an older epoch must not win",
  );
});

test("a module that throws when it is loaded shows as failed actors with the reason in the log, and does not spin", async () => {
  const path = join(folder, "throws.mjs");
  await writeFile(path, 'throw new Error("no such database");');
  const manifest = SystemManifest.parse({
    name: "broken",
    graph: { client: ["a"], a: ["client"] },
    roles: { a: { kind: "actor" } },
  });
  await cluster.deploy("v5", path, manifest);
  await cluster.place("n4", 1, "v5", [{ role: "a" }]);
  const node = await cluster.startNode("n4");
  const beat = await cluster.heartbeat("n4", ({ actors }) => actors[0]?.state === "failed");
  await node.logged(/no such database/);
  await cluster.heartbeat("n4", ({ sequence }) => sequence > beat.sequence + 3);
  assert.equal(node.hostPids.length, 1);
});

test("a module that was changed after the deployment is not run", async () => {
  const path = join(folder, "changed.mjs");
  const manifest = SystemManifest.parse({
    name: "changed",
    graph: { client: ["a"], a: ["client"] },
    roles: { a: { kind: "actor" } },
  });
  await writeFile(path, "export default {};");
  await cluster.deploy("v6", path, manifest);
  await writeFile(path, "export default { other: true };");
  await cluster.place("n5", 1, "v6", [{ role: "a" }]);
  const node = await cluster.startNode("n5");
  await cluster.heartbeat("n5", ({ actors }) => actors[0]?.state === "failed");
  await node.logged(/has changed: deployed as/);
});

test("a leader that was deposed commands a node no more, by rows or by requests", async () => {
  await cluster.deploy("v8", RELAY);
  const row = (epoch: number, leaderEpoch: number, roles: string[]) =>
    cluster.putRow("placement", "n7", {
      v: 1,
      node: "n7",
      epoch,
      leaderEpoch,
      replicas: roles.map((role) => ({ version: "v8", role, index: 0, concurrency: 1 })),
    });
  await row(1, 5, ["a", "b"]);
  await cluster.startNode("n7");
  await cluster.heartbeat("n7", ({ actors }) => actors.filter(({ isTaking }) => isTaking === true).length === 2);
  await row(2, 4, ["c"]);
  const drain = (term: number) =>
    callService(cluster.core, cluster.subjects.node("n7", "drain"), { leader_epoch: term, limit_ms: 0 });
  await assert.rejects(drain(4), (error) => TroupeError.is(error, "lease_lost"));
  const { sequence } = await cluster.heartbeat("n7", () => true);
  const beat = await cluster.heartbeat("n7", (later) => later.sequence > sequence + 5);
  assert.deepEqual(beat.actors.map(({ id }) => id).toSorted(), ["v8/a/0", "v8/b/0"]);
  assert.equal(beat.isDraining, false);
  await drain(6);
  await cluster.heartbeat("n7", ({ isDraining }) => isDraining);
});

test("a paused role keeps its place and takes nothing until it is resumed", async () => {
  await cluster.deploy("v7", RELAY);
  const paused = (roles: string[]) =>
    cluster.putRow("desired", "current", { v: 1, current: "v7", draining: [], paused: roles, replicas: {} });
  await paused(["b"]);
  await cluster.place("n6", 1, "v7", ROLES);
  await cluster.startNode("n6");
  await cluster.heartbeat(
    "n6",
    ({ actors }) => actors.length === 3 && actors.every(({ state }) => state === "available"),
  );
  const task = await cluster.submit("v7", "a", { workMs: 1, number: 1 });
  await cluster.recorded(task, /^m\.send\.b$/);
  const beat = await cluster.heartbeat("n6", () => true);
  await cluster.heartbeat("n6", ({ sequence }) => sequence > beat.sequence + 2);
  assert.equal((await cluster.records(task)).length, 2, "start and a's message, nothing of b");
  await paused([]);
  assert.equal((await cluster.done(task)).status, "completed");
});
