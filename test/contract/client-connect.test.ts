/** The TypeScript client against a gateway, as an anonymous client. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Gateway } from "@troupe/gateway";
import { connectTroupe, type TaskEvent, type TroupeClient, TroupeError } from "@troupe/runtime";
import { type Clock, systemClock } from "@troupe/runtime/internal";
import { type GatewayBed, hopOf, startGatewayBed, writtenBy } from "../support/gateway-bed.ts";
import { brief, eventually } from "../support/plain-client.ts";

let bed: GatewayBed;
let client: TroupeClient;
let gateway: Gateway;

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
  gateway = await bed.gateway();
  client = await connectTroupe({ url: bed.server.url, system: "demo", patienceMs: 500 });
});
after(async () => {
  await client.close();
  await bed[Symbol.asyncDispose]();
});

test("submit, get and result tell the same task", async () => {
  const { task_id } = await client.submit("router", { n: 1 }, { metadata: { a: "b" }, deadlineMs: 60_000 });
  assert.deepEqual((await client.get(task_id)).metadata, { a: "b" });
  const result = client.result(task_id);
  await bed.done(task_id, { result: { answer: 42 } });
  assert.deepEqual((await result).result, { answer: 42 });
  assert.equal((await client.log(task_id)).records.length, 2);
});

test("run streams what happens and ends with the result", async () => {
  const events: TaskEvent[] = [];
  for await (const event of client.run("router", "go")) {
    events.push(event);
    if (event.type !== "accepted") continue;
    const last = await bed.log.last("demo.log.0.v1.*.start.client.m.send.router");
    const id = last?.subject.split(".")[4] ?? "";
    await bed.write(id, hopOf(1), "router", "m.send.developer", writtenBy("n1"), 1);
    await bed.done(id);
  }
  assert.deepEqual(events.map(brief), ["accepted router", "forward router", "done"]);
});

test("errors come with the service's code", async () => {
  await assert.rejects(client.submit("nobody", 1), (e) => TroupeError.is(e, "unknown_role"));
  await assert.rejects(client.submit("a.b", 1), (e) => TroupeError.is(e, "invalid_id"));
  await assert.rejects(client.get("0-v1-00000000000000000000000000"), (e) => TroupeError.is(e, "unknown_task"));
  await assert.rejects(client.result("0-v1-00000000000000000000000000"), (e) => TroupeError.is(e, "unknown_task"));
  await assert.rejects(client.health(), (e) => TroupeError.is(e, "unavailable"));
});

test("the same idempotency key is the same task, and cancel can be repeated", async () => {
  const one = await client.submit("router", "x", { idempotencyKey: "k" });
  const two = await client.submit("router", "x", { idempotencyKey: "k" });
  assert.equal(one.task_id, two.task_id);
  assert.equal(two.duplicate, true);
  await client.cancel(one.task_id);
  assert.equal((await client.cancel(one.task_id)).status, "cancelled");
  assert.equal((await client.get(one.task_id)).status, "cancelled");
});

test("who waits for a result with a signal gets it though nobody answers for long; without one it is told", async () => {
  let aheadMs = 0;
  const clock: Clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + aheadMs };
  const own = await connectTroupe({ url: bed.server.url, system: "demo", patienceMs: 500, clock });
  const { task_id } = await own.submit("router", "x");
  await gateway.stop();
  const waits = own.result(task_id, { signal: AbortSignal.timeout(60_000) });
  const told = own.result(task_id);
  aheadMs = 600_000;
  await assert.rejects(told, (error) => TroupeError.is(error, "unavailable"));
  gateway = await bed.gateway();
  await bed.done(task_id, { result: "late" });
  assert.equal((await waits).result, "late");
  await own.close();
});

test("a watch goes on at another gateway when its own stops: nothing is left out, nothing comes twice", async () => {
  const patient = await connectTroupe({ url: bed.server.url, system: "demo" });
  const { task_id } = await patient.submit("router", "x");
  const seen: string[] = [];
  const watched = (async () => {
    for await (const event of patient.watch(task_id)) seen.push(brief(event));
  })();
  await eventually(() => Promise.resolve(seen.length > 0 ? true : undefined));
  await bed.write(task_id, hopOf(1), "router", "m.send.developer", writtenBy("n1"), 1);
  await bed.gateway();
  await gateway.stop();
  await bed.write(task_id, hopOf(2), "developer", "s.step.0", writtenBy("n2"), { name: "a", value: 1 });
  await bed.done(task_id);
  await watched;
  assert.deepEqual(seen, ["accepted router", "forward router", "step developer", "done"]);
  await patient.close();
});
