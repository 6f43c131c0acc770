/** A host that is killed while an agent elsewhere works for it: the task there is followed by the next host, and sent once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { connectTroupe } from "@troupe/runtime";
import { startA2aStub } from "../support/a2a-stub.ts";
import { Stack, until } from "../support/stack.ts";

test("what was sent is followed by whoever takes over, and cancelled with its task", {
  timeout: 120_000,
}, async (t) => {
  await using stub = await startA2aStub();
  process.env["STUB_URL"] = stub.url;
  const systemFile = fileURLToPath(new URL("../support/a2a-system.ts", import.meta.url));
  await using stack = await Stack.start({ system: "a2akill", nodes: 1, systemFile });
  const client = await connectTroupe({ url: stack.server.url, system: stack.subjects.system });
  t.after(() => client.close());

  const { task_id: task } = await client.submit("remote", "hello");
  const follows = () => stub.called.filter((method) => method === "SubscribeToTask").length;
  await until("the task is followed", 30_000, async () => follows() === 1);
  const pid = [...(stack.nodes[0]?.log ?? "").matchAll(/"pid":(\d+)[^\n]*"host started"/g)].at(-1)?.[1];
  process.kill(Number(pid), "SIGKILL");
  await until("another host follows it", 30_000, async () => follows() === 2);
  stub.finish("hello");
  const ended = await client.result(task, { signal: AbortSignal.timeout(30_000) });
  assert.deepEqual([ended.status, ended.result], ["completed", "HELLO"]);
  assert.deepEqual(stub.sent, ["hello"]);

  const second = await client.submit("remote", "stop me");
  await until("the second is followed", 30_000, async () => follows() === 3);
  await client.cancel(second.task_id);
  await until("it is cancelled there", 30_000, async () => stub.cancelled.length === 1);
});
