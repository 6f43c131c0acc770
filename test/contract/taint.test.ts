/** Labels of content from outside, through real hosts: what is not accepted is parked, and no handler sees it. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { DeadBody, type Json, type TaskId } from "@troupe/runtime/internal";
import { TestCluster } from "../support/cluster.ts";

const SYSTEM = fileURLToPath(new URL("../support/tainted-system.ts", import.meta.url));
let cluster: TestCluster;

before(async () => {
  cluster = await TestCluster.start();
  await cluster.deploy("v1", SYSTEM);
  await cluster.place(
    "n1",
    1,
    "v1",
    ["reader", "careful", "open"].map((role) => ({ role, concurrency: 8 })),
  );
  await cluster.startNode("n1");
});
after(() => cluster.stop());

const deadLetter = async (task: TaskId) => DeadBody.parse((await cluster.recorded(task, /^c\.dead\.0$/)).body);
const submit = (door: string, input: Json): Promise<TaskId> => cluster.submit("v1", door, input);

test("labels of clients and of what was read travel to who accepts them", async () => {
  const plain = await cluster.done(await submit("reader", { to: "careful", reads: false }));
  assert.deepEqual(plain.result, { taint: ["client"] });
  const read = await cluster.done(await submit("reader", { to: "open", reads: true }));
  assert.deepEqual(read.result, { taint: ["client", "web"] });
});

test("a message with a label that its receiver does not accept is parked", async () => {
  const task = await submit("reader", { to: "careful", reads: true });
  const { error } = await deadLetter(task);
  assert.equal(error.code, "taint_refused");
  assert.match(error.message, /careful does not accept "web" from reader/);
});

test("what a role accepts from one sender it may refuse from another", async () => {
  const task = await submit("careful", {});
  const { error } = await deadLetter(task);
  assert.match(error.message, /careful does not accept "client" from client/);
});
