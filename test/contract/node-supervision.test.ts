/** How a node and its hosts deal with actors that fail, without a supervisor. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Heartbeat, TaskId } from "@troupe/runtime/internal";
import { TestCluster } from "../support/cluster.ts";
import type { Answer } from "../support/failing-system.ts";
import type { NodeProcess } from "../support/node-process.ts";

const FAILING = fileURLToPath(new URL("../support/failing-system.ts", import.meta.url));
const ROLES = [{ role: "first" }, { role: "second" }, { role: "lone" }].map((role) => ({ ...role, concurrency: 4 }));

let cluster: TestCluster;
before(async () => {
  cluster = await TestCluster.start();
  await cluster.deploy("v1", FAILING);
});
after(() => cluster.stop());

/** One node at a time: nobody else may take what is meant for it. */
let running: NodeProcess;
async function start(name: string, flags: readonly string[] = []): Promise<void> {
  running = await cluster.startNode(name, flags);
  await upAndRunning(name);
}
afterEach(async () => {
  running.kill("SIGINT");
  running.kill("SIGINT");
  await running.exited;
});

const submit = (role: string, order: { do: string; ms?: number }): Promise<TaskId> => cluster.submit("v1", role, order);

/** The answer of a role to one task. */
async function answer(role: string): Promise<Answer> {
  const done = await cluster.done(await submit(role, { do: "answer" }));
  assert.equal(done.status, "completed");
  return done.result as unknown as Answer;
}

const upAndRunning = (node: string) =>
  cluster.heartbeat(node, ({ actors }) => actors.length > 0 && actors.every(({ state }) => state === "available"));
const failed = (node: string, actor: string, kind: string): Promise<Heartbeat> =>
  cluster.heartbeat(node, ({ failures }) => failures?.some((one) => one.actor === actor && one.kind === kind) ?? false);
const dead = async (task: TaskId): Promise<{ code: string; message: string; details?: Record<string, unknown> }> => {
  const record = await cluster.recorded(task, /^c\.dead\.0$/, 30_000);
  return (record.body as never as { error: { code: string; message: string } }).error;
};

test("one-for-all: who fails takes its group with it; what the others run is given back, and nothing is lost", async () => {
  await cluster.place("s1", 1, "v1", ROLES);
  await start("s1");
  const [second, lone] = [await answer("second"), await answer("lone")];
  const working = await submit("second", { do: "work", ms: 1_500 });
  await cluster.heartbeat("s1", ({ busy }) => busy === 1);
  const [given, own] = [await submit("first", { do: "throw" }), await submit("lone", { do: "answer" })];
  assert.equal((await dead(given)).code, "handler_failed");
  assert.equal((await answer("second")).instance, second.instance + 1);
  assert.equal((await answer("lone")).instance, lone.instance, "another group is not touched");
  assert.equal((await cluster.done(own)).status, "completed");
  assert.equal((await cluster.done(working, 20_000)).status, "completed");
  const names = (await cluster.records(working)).map(({ subject: { name } }) => `${name.class}.${name.kind}`);
  assert.ok(names.includes("c.claim"), "the aborted hop was taken over");
  assert.equal(names.filter((name) => name === "s.step").length, 1);
});

test("an actor that fails more often than its intensity allows rests and is reported; others work on", async () => {
  await cluster.place("s2", 1, "v1", ROLES);
  await start("s2");
  await dead(await submit("lone", { do: "throw" }));
  await submit("lone", { do: "throw" });
  await cluster.heartbeat("s2", ({ actors }) =>
    actors.some(({ id, state }) => id === "v1/lone/0" && state === "failed"),
  );
  const { failures } = await failed("s2", "v1/lone/0", "exhausted");
  assert.match(failures?.[0]?.reason ?? "", /restarted too often; last: told to/);
  assert.ok((await answer("first")).instance >= 1);
});

test("a handler that shows no progress is aborted, its message tried again on a new instance, and the node reports it", async () => {
  await cluster.place("s3", 1, "v1", ROLES);
  await start("s3");
  const earlier = await answer("first");
  const done = await cluster.done(await submit("first", { do: "hang" }), 20_000);
  assert.equal(done.status, "completed");
  assert.ok((done.result as unknown as Answer).instance > earlier.instance);
  const { failures } = await failed("s3", "v1/first/0", "stuck");
  assert.match(failures?.at(-1)?.reason ?? "", /no progress for 1000 ms/);
});

test("a host whose event loop is blocked is killed, its other work goes on, and the message that does it is parked", async () => {
  await cluster.place("s4", 1, "v1", ROLES);
  await start("s4", ["--host-silence-ms", "1500"]);
  const innocent = await submit("second", { do: "work", ms: 3_000 });
  await cluster.heartbeat("s4", ({ busy }) => busy === 1);
  const guilty = await submit("lone", { do: "block" });
  const { code, message, details } = await dead(guilty);
  const died = details?.["died"];
  assert.equal(code, "poison_message");
  assert.match(message, /two executors died/);
  assert.equal(Array.isArray(died) && died.length, 2);
  assert.equal((await cluster.done(innocent, 30_000)).status, "completed");
  await running.logged(/silent for 1500 ms, killed/);
  await failed("s4", "v1/lone/0", "host_died");
});

test("a replica that runs alone has a process of its own, and its end touches nobody else", async () => {
  const alone = { version: "v1", role: "lone", index: 0, concurrency: 4, generation: 1, isAlone: true };
  const shared = ["first", "second"].map((role) => ({ version: "v1", role, index: 0, concurrency: 4 }));
  await cluster.putRow("placement", "s5", { v: 1, node: "s5", epoch: 1, replicas: [...shared, alone] });
  await start("s5");
  const [first, lone] = [await answer("first"), await answer("lone")];
  assert.notEqual(first.pid, lone.pid);
  process.kill(lone.pid, "SIGKILL");
  await running.logged(/host has died/);
  assert.notEqual((await answer("lone")).pid, lone.pid);
  assert.deepEqual(await answer("first"), first);
});
