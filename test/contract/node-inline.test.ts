/** A node in the process of whoever makes it, hosts included: what tests and debuggers use. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createNode, PLACE_OF_USER, type RunningNode, type UserName } from "@troupe/runtime/internal";
import { TEST_SYSTEM, TestCluster } from "../support/cluster.ts";
import { LinkProxy } from "../support/link-proxy.ts";
import { silentLogger } from "../support/nats-server.ts";

const RELAY = fileURLToPath(new URL("../support/relay-system.ts", import.meta.url));
const ROLES = [{ role: "a" }, { role: "b" }, { role: "c" }];

let cluster: TestCluster;
before(async () => {
  cluster = await TestCluster.start();
});
const nodes: RunningNode[] = [];
after(async () => {
  for (const node of nodes) await node.stop();
  await cluster.stop();
});

const linkOf = (user: UserName) => {
  const { apiPrefix, inboxPrefix } = PLACE_OF_USER[user];
  return { servers: cluster.server.url, seed: cluster.server.seedOf(user), apiPrefix, inboxPrefix };
};

function inlineNode(name: string, hostServers = cluster.server.url): RunningNode {
  const node = createNode({
    system: TEST_SYSTEM,
    name,
    nodeLink: linkOf("node"),
    hostLink: { ...linkOf("host"), servers: hostServers },
    roleKeys: { folder: cluster.roleKeys },
    isolation: "none",
    heartbeatMs: 50,
    logger: silentLogger,
  });
  nodes.push(node);
  return node;
}

test("an inline node runs tasks without a further process, and leaves with 0 when it has drained", async () => {
  await cluster.deploy("v1", RELAY);
  await cluster.place("n1", 1, "v1", ROLES);
  const node = inlineNode("n1");
  await node.start();
  assert.deepEqual(node.hostPids, []);
  const task = await cluster.submit("v1", "a", { workMs: 200, number: 3 });
  await cluster.recorded(task, /^m\.send\.b$/);
  await node.drain(5_000);
  assert.equal(await node.done, 0);
  const names = (await cluster.records(task)).map(({ subject: { name } }) => `${name.class}.${name.kind}.${name.to}`);
  assert.ok(names.includes("m.send.c"), "b was let finish");
  await assert.rejects(node.start(), /was started before/);
});

test("a stopped inline node gives back what ran, and its next life takes it over", async () => {
  await cluster.deploy("v2", RELAY);
  await cluster.onlyByHandBack("v2", ["b"]);
  await cluster.place("n2", 1, "v2", ROLES);
  const first = inlineNode("n2");
  await first.start();
  const task = await cluster.submit("v2", "a", { workMs: 1_500, number: 4 });
  await cluster.heartbeat("n2", ({ actors }) => actors.some(({ id, inFlight }) => id === "v2/b/0" && inFlight === 1));
  await first.stop();
  assert.equal(await first.done, 0);
  const second = inlineNode("n2");
  assert.ok(second.incarnation > first.incarnation);
  await second.start();
  assert.equal((await cluster.done(task)).status, "completed");
  await second.stop();
});

test("a server that dies and comes back on its store is waited for: everything ends once", async () => {
  await cluster.deploy("v3", RELAY);
  await cluster.place(
    "n3",
    1,
    "v3",
    ROLES.map((role) => ({ ...role, concurrency: 8 })),
  );
  const node = inlineNode("n3");
  await node.start();
  const tasks = [];
  for (let number = 0; number < 8; number++) tasks.push(await cluster.submit("v3", "a", { workMs: 300, number }));
  await cluster.heartbeat("n3", ({ busy }) => busy === 8);
  process.kill(cluster.server.pid, "SIGKILL");
  for (const task of tasks) assert.equal((await cluster.done(task)).status, "completed");
  await node.stop();
});

test("no role of a host takes anything before all of them are connected", async () => {
  await cluster.deploy("v4", RELAY);
  await cluster.place("n4", 1, "v4", ROLES);
  const stalled = Promise.withResolvers<void>();
  let connections = 0;
  await using proxy = await LinkProxy.start(() => {
    if (++connections === 2) {
      proxy.stall();
      stalled.resolve();
    }
    return new URL(cluster.server.url);
  });
  const node = inlineNode("n4", proxy.url);
  await node.start();
  await stalled.promise;
  let beats = 0;
  await cluster.heartbeat("n4", ({ actors }) => {
    assert.deepEqual(actors.map(({ id, isTaking }) => isTaking === true && id).filter(Boolean), []);
    return ++beats === 7;
  });
  proxy.heal();
  await cluster.heartbeat("n4", ({ actors }) => actors.filter(({ isTaking }) => isTaking).length === ROLES.length);
  await node.stop();
});
