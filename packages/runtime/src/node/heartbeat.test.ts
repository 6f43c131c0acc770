import assert from "node:assert/strict";
import { test } from "node:test";
import { Heartbeat } from "../contracts/control.ts";
import type { ReplicaReport } from "../host/ipc.ts";
import { buildHeartbeat, type NodeStatus } from "./heartbeat.ts";

const replica = (id: string, inFlight: number): ReplicaReport => ({
  id,
  epoch: 1,
  state: inFlight > 0 ? "busy" : "available",
  inFlight,
  done: 3,
  failed: 0,
  meanMs: 1.5,
});

const status: NodeStatus = {
  node: "n1",
  incarnation: "aaa",
  labels: { gpu: "true" },
  capabilities: ["cuda"],
  slots: 8,
  memoryLimitBytes: undefined,
  replicas: [replica("v1/a/0", 2), replica("v1/b/0", 0)],
  failures: [],
  dependencies: [],
  spentBudgets: [],
  memoryBytes: 1_000.5,
  loopP99Ms: 1.23456,
  isDraining: false,
  hasLeft: false,
};

test("a heartbeat is valid on the wire and sums up what its replicas hold", () => {
  const heartbeat = Heartbeat.parse(buildHeartbeat(status, 7));
  assert.equal(heartbeat.sequence, 7);
  assert.equal(heartbeat.busy, 2);
  assert.equal(heartbeat.load, 0.25);
  assert.equal("hasLeft" in heartbeat, false);
});

test("failures are told where there are any", () => {
  assert.equal("failures" in buildHeartbeat(status, 1), false);
  const failures = [{ actor: "v1/a/0", kind: "stuck" as const, reason: "silent", number: 1, generation: 0, agoMs: 5 }];
  assert.deepEqual(Heartbeat.parse(buildHeartbeat({ ...status, failures }, 1)).failures, failures);
});

test("what actors work with outside is told where anything is known of it", () => {
  assert.equal("dependencies" in buildHeartbeat(status, 1), false);
  const dependencies = [{ kind: "model" as const, name: "m", isUp: false, reason: "HTTP 500" }];
  assert.deepEqual(Heartbeat.parse(buildHeartbeat({ ...status, dependencies }, 1)).dependencies, dependencies);
});

test("budgets that are spent are told where there are any", () => {
  assert.equal("spentBudgets" in buildHeartbeat(status, 1), false);
  const spentBudgets = [{ account: "tenant acme", text: "10 calls a day; 10 are spent" }];
  assert.deepEqual(Heartbeat.parse(buildHeartbeat({ ...status, spentBudgets }, 1)).spentBudgets, spentBudgets);
});

test("a limit on memory is told where there is one", () => {
  assert.equal("memoryLimitBytes" in buildHeartbeat(status, 1), false);
  assert.equal(Heartbeat.parse(buildHeartbeat({ ...status, memoryLimitBytes: 5 }, 1)).memoryLimitBytes, 5);
});

test("a node without slots is full", () => {
  assert.equal(buildHeartbeat({ ...status, slots: 0 }, 1).load, 1);
});

test("only the last heartbeat says that the node has left", () => {
  assert.equal(Heartbeat.parse(buildHeartbeat({ ...status, hasLeft: true, replicas: [] }, 9)).hasLeft, true);
});
