/** Bodies over 512 KiB inside a task: every way between roles, on a real server, through the node's broker. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { BlobBody, createBlobs, createPublisher, type TaskId, type TaskRecord } from "@troupe/runtime/internal";
import { TestCluster } from "../support/cluster.ts";
import type { NodeProcess } from "../support/node-process.ts";

const SYSTEM = fileURLToPath(new URL("../support/large-system.ts", import.meta.url));
const ROLES = [{ role: "a" }, { role: "b" }, { role: "c" }];
const LETTERS = 3 * 1024 * 1024;

let cluster: TestCluster;
let node: NodeProcess;
before(async () => {
  cluster = await TestCluster.start();
  await cluster.deploy("v1", SYSTEM);
  await cluster.place("n1", 1, "v1", ROLES);
  node = await cluster.startNode("n1");
  await cluster.heartbeat("n1", ({ actors }) => actors.length === 3 && actors.every((a) => a.state === "available"));
});
after(() => cluster.stop());

const nameOf = ({ subject: { name } }: TaskRecord) => `${name.class}.${name.kind}.${name.to}`;

async function resultOf(task: TaskId): Promise<unknown> {
  const { status, result, error } = await cluster.done(task, 30_000);
  assert.equal(status, "completed", JSON.stringify(error));
  const { $blob } = BlobBody.parse(result);
  const publisher = createPublisher(cluster.core);
  try {
    const bytes = await createBlobs({ link: cluster.core, publisher, subjects: cluster.subjects }).get($blob);
    return JSON.parse(Buffer.from(bytes).toString());
  } finally {
    publisher.close();
  }
}

test("a step, a call, its answer, a message and the result may each be larger than a record", async () => {
  const task = await cluster.submit("v1", "a", { letters: LETTERS });
  assert.deepEqual(await resultOf(task), { isSame: true, made: "x".repeat(LETTERS) });
  const records = await cluster.records(task);
  for (const record of records) {
    assert.ok(JSON.stringify(record.body ?? null).length < 4_096, `${nameOf(record)} holds its body`);
  }
});

test("a host that dies while it stores a body, before the commit that names it: the next one goes on", async () => {
  const killed = node.hostPids.at(-1);
  assert.ok(killed !== undefined);
  const letters = LETTERS + 1;
  const chunk = Promise.withResolvers<void>();
  const subscription = cluster.core.nc.subscribe("test.blob.>", { callback: () => chunk.resolve() });
  const task = await cluster.submit("v1", "a", { letters });
  await chunk.promise;
  process.kill(killed, "SIGKILL");
  subscription.unsubscribe();
  assert.deepEqual(await resultOf(task), { isSame: true, made: "x".repeat(letters) });
  const names = (await cluster.records(task)).map(nameOf);
  for (const once of ["s.step.1", "c.wait.1", "m.call.b", "m.send.c", "t.done.client"]) {
    assert.equal(names.filter((name) => name === once).length, 1, `${once} in ${names.join(" ")}`);
  }
  assert.ok(names.includes("c.claim.1"), "nobody took over: the host died too late");
});

test("a stored body that is damaged or gone parks the message with a clear error", async () => {
  const stream = cluster.subjects.stream("BLOBS");
  const bytes = Buffer.from(JSON.stringify({ letters: 5 }));
  const publisher = createPublisher(cluster.core);
  const ref = await createBlobs({ link: cluster.core, publisher, subjects: cluster.subjects }).put("client", bytes);
  const forged = { ...ref, sha256: "f".repeat(64) };
  await publisher.publish(cluster.subjects.blob("client", forged.sha256, 0), bytes);
  publisher.close();
  const jsm = await import("@nats-io/jetstream").then((module) => module.jetstreamManager(cluster.core.nc));
  const message = await jsm.direct.getMessage(stream, { last_by_subj: cluster.subjects.blob("client", ref.sha256, 0) });
  assert.ok(message);
  await jsm.streams.deleteMessage(stream, message.seq);
  for (const [$blob, pattern] of [
    [forged, /the message's body cannot be read: blob f+ is not what was stored/],
    [ref, /the message's body cannot be read: .* is missing/],
  ] as const) {
    const task = await cluster.submit("v1", "a", { $blob });
    const dead = await cluster.recorded(task, /^c\.dead\.0$/);
    const { error } = dead.body as { error: { code: string; message: string; details: unknown } };
    assert.equal(error.code, "malformed_record");
    assert.match(error.message, pattern);
    assert.deepEqual(error.details, $blob);
  }
});
