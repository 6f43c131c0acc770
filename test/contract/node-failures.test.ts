/** What happens to running work when hosts and nodes die, without a supervisor. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  callService,
  createPublisher,
  Held,
  NODE_VERBS,
  SystemManifest,
  storeBundle,
  type TaskId,
  type TaskRecord,
} from "@troupe/runtime/internal";
import { TestCluster } from "../support/cluster.ts";
import { isAlive, type NodeProcess } from "../support/node-process.ts";
import { until } from "../support/stack.ts";

const RELAY = fileURLToPath(new URL("../support/relay-system.ts", import.meta.url));
const ROLES = [{ role: "a" }, { role: "b" }, { role: "c" }];

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

const nameOf = ({ subject: { name } }: TaskRecord) => `${name.class}.${name.kind}.${name.to}`;
const lastHost = (node: NodeProcess): number => {
  const pid = node.hostPids.at(-1);
  assert.ok(pid !== undefined, "the node has started no host");
  return pid;
};
const upAndRunning = (node: string) =>
  cluster.heartbeat(node, ({ actors }) => actors.length > 0 && actors.every(({ state }) => state === "available"));
const busy = (node: string, count: number) =>
  cluster.heartbeat(node, ({ actors }) => actors.reduce((sum, { inFlight }) => sum + inFlight, 0) === count);
/** The node knows of a delivery that its host has in hand: the node alone can give it back, once the host is dead. */
const holds = (node: string, durable: string) =>
  until(`${node} to hold something of ${durable}`, 60_000, async () => {
    const { held } = Held.parse(await callService(cluster.core, cluster.subjects.node(node, "held"), {}));
    return (held[durable] ?? []).length > 0;
  });

test("a host that is killed in a step: its node gives back at once, and the task ends once, long before ack_wait", async () => {
  await cluster.deploy("v1", RELAY);
  await cluster.onlyByHandBack("v1", ["a", "b", "c"]);
  await cluster.place("n1", 1, "v1", ROLES);
  const node = await cluster.startNode("n1");
  await upAndRunning("n1");
  const task = await cluster.submit("v1", "a", { workMs: 1_500, number: 1 });
  await holds("n1", "v1-b");
  const killed = lastHost(node);
  process.kill(killed, "SIGKILL");
  const done = await cluster.done(task);
  assert.equal(done.status, "completed", JSON.stringify(done));
  assert.notEqual(lastHost(node), killed);
  const names = (await cluster.records(task)).map(nameOf);
  assert.equal(names.filter((name) => name.startsWith("s.step.")).length, 1);
  assert.equal(names.filter((name) => name.startsWith("c.claim.")).length, 1);
  assert.equal(names.filter((name) => name === "t.done.client").length, 1);
});

test("hosts end when their node is killed, however busy they are", async () => {
  await cluster.deploy("v2", RELAY);
  await cluster.place("n2", 1, "v2", ROLES);
  const node = await cluster.startNode("n2");
  await upAndRunning("n2");
  await cluster.submit("v2", "a", { workMs: 20_000, number: 1 });
  await busy("n2", 1);
  const host = lastHost(node);
  node.kill("SIGKILL");
  await node.exited;
  await gone(host, 5_000);
});

test("a drain finishes what runs, gives back what does not finish, and the rest is found by the next node", async () => {
  await cluster.deploy("v3", RELAY);
  await cluster.onlyByHandBack("v3", ["a", "b", "c"]);
  const everywhere = ROLES.map((role) => ({ ...role, concurrency: 4 }));
  await cluster.place("n3", 1, "v3", everywhere);
  await cluster.place("n4", 1, "v3", everywhere);
  const first = await cluster.startNode("n3");
  await upAndRunning("n3");
  const quick: TaskId[] = [];
  for (let number = 0; number < 12; number++) quick.push(await cluster.submit("v3", "a", { workMs: 30, number }));
  const slow = await cluster.submit("v3", "a", { workMs: 2_500, number: 99 });
  await cluster.recorded(slow, /^m\.send\.b$/);
  const left = cluster.heartbeat("n3", ({ hasLeft }) => hasLeft === true);
  const answer = await cluster.core.nc.request(cluster.subjects.node("n3", "drain"), JSON.stringify({ limit_ms: 400 }));
  assert.equal(answer.json<{ status: string }>().status, "draining");
  await left;
  assert.deepEqual(await first.exited, { code: 0, signal: null });
  await cluster.startNode("n4");
  for (const task of quick) assert.equal((await cluster.done(task)).status, "completed");
  assert.equal((await cluster.done(slow)).status, "completed");
  for (const task of [...quick, slow]) {
    const names = (await cluster.records(task)).map(nameOf);
    assert.equal(names.length, new Set(names.map((name) => name)).size, "no record twice");
    assert.equal(names.filter((name) => name === "t.done.client").length, 1);
  }
});

test("SIGTERM drains and exits with 0, a second signal stops at once and exits with 130", async () => {
  await cluster.deploy("v4", RELAY);
  await cluster.place("n5", 1, "v4", ROLES);
  const patient = await cluster.startNode("n5");
  await upAndRunning("n5");
  patient.kill("SIGTERM");
  assert.deepEqual(await patient.exited, { code: 0, signal: null });

  const hasty = await cluster.startNode("n5");
  await upAndRunning("n5");
  await cluster.submit("v4", "a", { workMs: 20_000, number: 1 });
  await busy("n5", 1);
  hasty.kill("SIGTERM");
  await hasty.logged(/node drains/);
  hasty.kill("SIGINT");
  assert.deepEqual(await hasty.exited, { code: 130, signal: null });
  await gone(lastHost(hasty), 5_000);
});

test("a message that kills its host twice is parked as poison, and the role goes on with others", async () => {
  const path = join(folder, "poison.mjs");
  await writeFile(path, POISON);
  const manifest = SystemManifest.parse({
    name: "poison",
    graph: { client: ["a"], a: ["client"] },
    roles: { a: { kind: "actor" } },
  });
  await cluster.deploy("v5", path, manifest);
  await cluster.place("n6", 1, "v5", [{ role: "a" }]);
  const node = await cluster.startNode("n6");
  await upAndRunning("n6");
  const poison = await cluster.submit("v5", "a", "die");
  // Two deaths and two hand-backs, all within one ack_wait.
  const dead = await cluster.recorded(poison, /^c\.dead\.0$/, 30_000);
  assert.equal((dead.body as { error: { code: string } }).error.code, "poison_message");
  assert.equal((await cluster.done(await cluster.submit("v5", "a", "live"))).status, "completed");
  await node.logged(/host has died/);
});

test("messages that run beside one that kills their host are not parked with it", async () => {
  const path = join(folder, "bystanders.mjs");
  await writeFile(path, BYSTANDERS);
  const manifest = SystemManifest.parse({
    name: "bystanders",
    graph: { client: ["a"], a: ["client"] },
    roles: { a: { kind: "actor", concurrency: 16 } },
  });
  await cluster.deploy("v8", path, manifest);
  await cluster.place("n9", 1, "v8", [{ role: "a", concurrency: 16 }]);
  await cluster.startNode("n9");
  await upAndRunning("n9");
  const innocent: TaskId[] = [];
  for (let i = 0; i < 4; i++) innocent.push(await cluster.submit("v8", "a", "work"));
  await busy("n9", 4);
  const guilty = await cluster.submit("v8", "a", "die");
  const dead = await cluster.recorded(guilty, /^c\.dead\.0$/, 30_000);
  assert.equal((dead.body as { error: { code: string } }).error.code, "poison_message");
  for (const task of innocent) assert.equal((await cluster.done(task, 30_000)).status, "completed");
});

test("probe says who is there, held says which deliveries", async () => {
  await cluster.deploy("v6", RELAY);
  await cluster.place("n7", 1, "v6", ROLES);
  const node = await cluster.startNode("n7");
  const { incarnation } = await upAndRunning("n7");
  const task = await cluster.submit("v6", "a", { workMs: 1_500, number: 1 });
  const message = await cluster.recorded(task, /^m\.send\.b$/);
  await busy("n7", 1);
  const ask = (verb: "probe" | "held") => cluster.core.nc.request(cluster.subjects.node("n7", verb), "");
  const { at, ...alive } = (await ask("probe")).json<{ at: string }>();
  assert.deepEqual(alive, { v: 1, node: "n7", incarnation });
  assert.match(at, /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual((await ask("held")).json(), { v: 1, node: "n7", incarnation, held: { "v6-b": [message.sequence] } });
  const stats = (await cluster.core.nc.request("$SRV.STATS.troupe-node", "")).json<{ endpoints: { name: string }[] }>();
  assert.deepEqual(stats.endpoints.map(({ name }) => name).toSorted(), NODE_VERBS.toSorted());
  // A frozen host cannot say what it holds, and its last word may be old: nothing is to be given back by it.
  process.kill(lastHost(node), "SIGSTOP");
  await assert.rejects(callService(cluster.core, cluster.subjects.node("n7", "held"), ""), { code: "unavailable" });
  process.kill(lastHost(node), "SIGCONT");
  assert.equal((await cluster.done(task)).status, "completed");
});

test("a task that ends while a role works on it is aborted there, and the replica is free again", async () => {
  await cluster.deploy("v7", RELAY);
  await cluster.place("n8", 1, "v7", ROLES);
  await cluster.startNode("n8");
  await upAndRunning("n8");
  const task = await cluster.submit("v7", "a", { workMs: 30_000, number: 1 });
  await busy("n8", 1);
  const ended = { v: 1, task, reason: "cancelled" };
  cluster.core.nc.publish(cluster.subjects.control("ended"), JSON.stringify(ended));
  await busy("n8", 0);
  assert.equal((await cluster.done(await cluster.submit("v7", "a", { workMs: 1, number: 2 }))).status, "completed");
});

const POISON = `export default { manifest: {}, roles: { a: { kind: "actor", settings: {}, about: {}, create: () => ({
  receive(message) {
    if (message === "die") process.exit(9);
    return { outcome: "complete", body: "alive" };
  },
}) } } };`;

/** The killer takes its time, so that the others have claimed their hops by then. */
const BYSTANDERS = `export default { manifest: {}, roles: { a: { kind: "actor", settings: {}, about: {}, create: () => ({
  async receive(message) {
    await new Promise((resolve) => setTimeout(resolve, message === "die" ? 100 : 400));
    if (message === "die") process.exit(9);
    return { outcome: "complete", body: "alive" };
  },
}) } } };`;

/** Resolves when a process is gone; nobody can wait for a process that is no child, so it is asked for. */
async function gone(pid: number, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (isAlive(pid)) {
    if (performance.now() > deadline) throw new Error(`process ${pid} is still there after ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("a life that was declared dead kills its hosts and gives nothing back, and the node joins as another life", async () => {
  await cluster.deploy("v10", RELAY);
  await cluster.place("n10", 1, "v10", ROLES);
  const node = await cluster.startNode("n10");
  const { incarnation } = await upAndRunning("n10");
  await cluster.submit("v10", "a", { workMs: 20_000, number: 1 });
  await busy("n10", 1);
  const host = lastHost(node);
  const tell = async (body: object) => {
    const subject = cluster.subjects.node("n10", "declared_dead");
    const answer = await cluster.core.nc.request(subject, JSON.stringify(body));
    return answer.json<{ error?: { code: string } }>().error?.code;
  };
  assert.equal(await tell({ leader_epoch: 5, incarnation: "another" }), "conflict", "that life is long over");
  assert.equal(await tell({ leader_epoch: 4, incarnation }), "lease_lost", "a deposed leader commands nothing");
  const words: (boolean | undefined)[] = [];
  const again = cluster.heartbeat("n10", (beat) => {
    if (beat.incarnation === incarnation) words.push(beat.hasLeft);
    return beat.incarnation > incarnation;
  });
  assert.equal(await tell({ leader_epoch: 5, incarnation }), undefined);
  await gone(host, 5_000);
  await again;
  assert.deepEqual(
    words.filter((hasLeft) => hasLeft === true),
    [],
    "it did not leave in order",
  );
  const next = await upAndRunning("n10");
  assert.ok(next.incarnation > incarnation);
  assert.doesNotMatch(node.log.join("\n"), /deliveries of an ended host are given back/);
});

test("a node gets code from the store, and again for a host that is started anew when what it had kept is damaged", async () => {
  const code = Buffer.from(`import { setTimeout as delay } from "node:timers/promises";
import { actor, complete, defineSystem } from "@troupe/runtime";
export default defineSystem({
  name: "bundled",
  graph: { client: ["a"], a: ["client"] },
  roles: {
    a: actor({
      receive: async (_message, ctx) => {
        await ctx.step("work", ({ signal }) => delay(600, undefined, { signal }));
        return complete("from the store");
      },
    }),
  },
});
`);
  const sha256 = createHash("sha256").update(code).digest("hex");
  const manifest = { name: "bundled", graph: { client: ["a"], a: ["client"] }, roles: { a: { kind: "actor" } } };
  const cache = join(folder, "cache");
  await cluster.deploySource("v11", manifest, {
    type: "bundle",
    sha256,
    bytes: code.length,
    file: "system.ts",
    external: [],
  });
  await cluster.onlyByHandBack("v11", ["a"]);
  await cluster.place("n11", 1, "v11", [{ role: "a" }]);
  const node = await cluster.startNode("n11", [], { TROUPE_CACHE_DIR: cache });
  await node.logged(/v11.*is missing.*version cannot be started yet/);
  const publisher = createPublisher(cluster.core);
  await storeBundle(publisher, cluster.subjects, code);
  publisher.close();
  await upAndRunning("n11");

  const kept = join(cache, "troupe", "bundles", `${sha256}.mjs`);
  assert.deepEqual(await readFile(kept), code);
  const task = await cluster.submit("v11", "a", "x");
  await holds("n11", "v11-a");
  await writeFile(kept, "throw new Error('damaged');");
  process.kill(lastHost(node), "SIGKILL");
  const done = await cluster.done(task);
  assert.deepEqual([done.status, done.result], ["completed", "from the store"], JSON.stringify(done));
  await until("the bundle to be whole again", 60_000, async () => code.equals(await readFile(kept)));
});
