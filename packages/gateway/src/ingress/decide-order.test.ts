import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isVersion,
  newTaskId,
  parseTaskId,
  requireCompiled,
  SystemManifest,
  seededRandom,
  sessionKey,
  sessionShard,
  TaskOrder,
  type TaskRequest,
  TroupeError,
} from "@troupe/runtime/internal";
import { ManualClock } from "@troupe/runtime/internal-testing";
import { decideOrder } from "./decide-order.ts";

const clock = new ManualClock();
const random = seededRandom(7);
const version = "v3";
assert.ok(isVersion(version));
const system = requireCompiled(
  SystemManifest.parse({
    name: "demo",
    graph: { client: ["router", "developer"], router: ["developer"], developer: ["client"] },
    roles: { router: { kind: "actor" }, developer: { kind: "actor", variants: { gpu: ["gpu"] } } },
    limits: { deadlineMs: 60_000 },
  }),
);
const decide = (role: string, request: Partial<TaskRequest> = {}, tenant = "t", shards = 4) =>
  decideOrder(
    role,
    { input: "x", ...request },
    {
      current: { version, system },
      tenant,
      shards,
      nowMs: 1_000,
      shard: 2,
      newTaskId: (shard, v) => newTaskId(shard, v, clock, random),
    },
  );

test("an order is storable, with the version and shard in its id and the system's deadline", () => {
  const order = decide("router");
  assert.deepEqual(TaskOrder.parse(JSON.parse(JSON.stringify(order))), order);
  assert.equal(parseTaskId(order.task)?.shard, 2);
  assert.equal(parseTaskId(order.task)?.version, "v3");
  assert.equal(order.deadlineMs, 60_000);
  assert.equal(decide("router", { deadline_ms: 5 }).deadlineMs, 5);
});

test("a role that is no door is unknown, and the doors are named; hostile names are only shown cut", () => {
  for (const name of [
    "planner",
    "client",
    "*",
    ">",
    "a.b",
    "__proto__",
    "x".repeat(4_096),
    "rou\u0442er",
    "router\r\n",
  ]) {
    assert.throws(
      () => decide(name),
      (e) => TroupeError.is(e, "unknown_role") && e.message.length < 300 && e.message.includes("router, developer"),
      name,
    );
  }
});

test("required capabilities choose the variant; what nobody declares is refused", () => {
  assert.equal(decide("developer", { required_capabilities: ["gpu"] }).mailbox, "developer_gpu");
  assert.equal(decide("router", { required_capabilities: ["gpu"] }).mailbox, "router", "a later role may have it");
  assert.throws(
    () => decide("developer", { required_capabilities: ["quantum"] }),
    (e) => TroupeError.is(e, "unmet_capabilities") && /quantum/.test(e.message),
  );
});

test("a session fixes the shard, and is another one for another tenant", () => {
  const one = decide("router", { session: "chat-7" });
  assert.equal(one.session?.key, sessionKey("t", "chat-7"));
  assert.equal(parseTaskId(one.task)?.shard, sessionShard(sessionKey("t", "chat-7"), 4));
  assert.notEqual(decide("router", { session: "chat-7" }, "u").session?.key, one.session?.key);
});
