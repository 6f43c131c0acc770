/** Idempotency keys at gateways that crash between their writes, and at several at once. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { callerKey, requestDigest } from "@troupe/gateway/internal";
import { createPublisher, isVersion, type Link, newTaskId, systemClock, systemRandom } from "@troupe/runtime/internal";
import { type GatewayBed, startGatewayBed } from "../support/gateway-bed.ts";
import { plainRequest } from "../support/plain-client.ts";

let bed: GatewayBed;
let client: Link;

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
  await bed.gateway();
  await bed.gateway();
  client = await bed.client();
});
after(() => bed[Symbol.asyncDispose]());

const submit = (key: string, text = "x") =>
  plainRequest(client, "demo.tasks.router.submit", text, { "Nats-Msg-Id": key });

/** What a gateway leaves that dies after it has claimed a key. */
async function claimed(key: string, version: string) {
  assert.ok(isVersion(version));
  const task = newTaskId(0, version, systemClock, systemRandom);
  const entry = { v: 1, task, mailbox: "router", digest: requestDigest("router", { input: "x" }) };
  const publisher = createPublisher(bed.core);
  const subject = bed.subjects.key(callerKey("default", key));
  const outcome = await publisher.publish(subject, Buffer.from(JSON.stringify(entry)));
  assert.equal(outcome.kind, "stored");
  publisher.close();
  return task;
}

test("a key that was claimed by a gateway that died gets its own task started by the repeat", async () => {
  const task = await claimed("crashed", "v1");
  assert.equal(await bed.started(task), undefined);
  assert.equal((await submit("crashed")).body.task_id, task);
  assert.ok(await bed.started(task));
  assert.equal((await submit("crashed", "another")).body.error?.code, "key_reused");
});

test("a claimed task of a version that is gone is not started where nobody would run it", async () => {
  const task = await claimed("stale", "v9");
  const { body } = await submit("stale");
  assert.equal(body.error?.code, "conflict");
  assert.equal(await bed.started(task), undefined);
});

test("forty repeats at two gateways at once make one task", async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, () => submit("burst")));
  const ids = new Set(answers.map(({ body }) => body.task_id));
  assert.equal(ids.size, 1);
  assert.equal(answers.filter(({ body }) => body.duplicate !== true).length, 1);
});

test("a damaged key record is an error, not a new task", async () => {
  const publisher = createPublisher(bed.core);
  await publisher.publish(bed.subjects.key(callerKey("default", "damaged")), Buffer.from('{"v":1,"task":"*"}'));
  publisher.close();
  assert.equal((await submit("damaged")).body.error?.code, "malformed_record");
});
