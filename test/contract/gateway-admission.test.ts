/** Admission at a gateway: a soft cap, classes, a backlog limit, and several gateways at one ingress. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { TaskView } from "@troupe/runtime";
import type { Link } from "@troupe/runtime/internal";
import { type GatewayBed, startGatewayBed } from "../support/gateway-bed.ts";
import { eventually, plainRequest } from "../support/plain-client.ts";

let bed: GatewayBed;
let client: Link;

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1", { inFlight: 1 });
  await bed.gateway({ backlogLimit: 3 });
  client = await bed.client();
});
after(() => bed[Symbol.asyncDispose]());

const submit = (priority: string, key?: string) =>
  plainRequest(
    client,
    "demo.tasks.router.submit",
    JSON.stringify({ input: priority, priority }),
    key === undefined ? {} : { "Nats-Msg-Id": key },
  );
const get = async (id: string) => (await plainRequest(client, "demo.task.get", id)).body as unknown as TaskView;

test("above the cap tasks are accepted and wait, urgent ones start first, cancelled and expired ones never do", async () => {
  const running = (await submit("normal")).body.task_id;
  assert.ok(await bed.started(running));
  const batch = (await submit("batch")).body.task_id;
  const urgent = (await submit("interactive", "u1")).body.task_id;
  const cancelled = (await submit("interactive")).body.task_id;
  for (const id of [batch, urgent, cancelled]) {
    assert.equal(await bed.started(id), undefined);
    assert.equal((await get(id)).status, "accepted");
  }
  const refused = await submit("normal");
  assert.equal(refused.body.error?.code, "overloaded");
  assert.equal(refused.code, "429");
  assert.equal(
    (await submit("interactive", "u1")).body.task_id,
    urgent,
    "a repeat is answered while the door is closed",
  );
  assert.equal((await plainRequest(client, "demo.task.cancel", cancelled)).body.status, "cancelled");

  await bed.done(running);
  await eventually(() => bed.started(urgent));
  assert.equal(await bed.started(batch), undefined, "one at a time");
  await bed.done(urgent);
  await eventually(() => bed.started(batch));
  assert.equal(await bed.started(cancelled), undefined);
  await bed.done(batch);
});

test("a waiting task survives its gateway: another one starts it", async () => {
  const first = (await submit("normal")).body.task_id;
  const waiting = (await submit("normal")).body.task_id;
  assert.ok(await bed.started(first));
  await bed.stopGateways();
  await bed.gateway();
  const start = await eventually(() => bed.started(waiting));
  assert.equal(JSON.parse(new TextDecoder().decode(start.body)), "normal");
});

test("queue messages sent while no gateway runs become tasks once one does", async () => {
  await bed.stopGateways();
  await bed.done((await bed.log.last("demo.log.0.v1.*.start.client.m.send.router"))?.subject.split(".")[4] ?? "");
  client.nc.publish("demo.tasks.developer.queue", "stored first");
  await client.nc.flush();
  await bed.gateway();
  const start = await eventually(() => bed.log.last("demo.log.0.v1.*.start.client.m.send.developer"));
  assert.equal(JSON.parse(new TextDecoder().decode(start.body)), "stored first");
});
