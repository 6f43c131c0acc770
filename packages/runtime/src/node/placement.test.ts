import assert from "node:assert/strict";
import { test } from "node:test";
import type { NodePlacement } from "../contracts/control.ts";
import { assignReplicas, newerPlacement } from "./placement.ts";

const placement = (epoch: number, ...replicas: NodePlacement["replicas"]): NodePlacement => ({
  v: 1,
  node: "n1",
  epoch,
  replicas,
});

test("an older placement that arrives late is refused, an equal one changes nothing", () => {
  const known = placement(5);
  assert.equal(newerPlacement(known, placement(4)), known);
  assert.equal(newerPlacement(known, placement(5)), known);
  assert.equal(newerPlacement(known, placement(6)).epoch, 6);
  assert.equal(newerPlacement(undefined, placement(1)).epoch, 1);
});

test("what an earlier leader writes after a later one is refused, whatever its epoch", () => {
  const known = { ...placement(5), leaderEpoch: 3 };
  assert.equal(newerPlacement(known, { ...placement(6), leaderEpoch: 2 }), known);
  assert.equal(newerPlacement(known, placement(6)), known);
  assert.equal(newerPlacement(known, { ...placement(6), leaderEpoch: 3 }).epoch, 6);
});

test("a replica that stands by is started and takes nothing, whatever its role may do", () => {
  const assignments = assignReplicas(
    placement(1, { version: "v1", role: "planner", index: 0, concurrency: 1, generation: 2, isStandby: true }),
    new Set(),
  );
  assert.deepEqual(assignments.get("v1"), [
    { role: "planner", index: 0, concurrency: 1, generation: 2, epoch: 1, isPaused: true },
  ]);
});

test("each version gets a host with its full list of replicas", () => {
  const assignments = assignReplicas(
    placement(
      3,
      { version: "v1", role: "planner", index: 0, concurrency: 1 },
      { version: "v2", role: "planner", index: 0, concurrency: 2 },
      { version: "v2", role: "developer", variant: "gpu", index: 1, concurrency: 1 },
    ),
    new Set(),
  );
  assert.deepEqual([...assignments.keys()], ["v1", "v2"]);
  assert.deepEqual(assignments.get("v2"), [
    { role: "planner", index: 0, concurrency: 2, epoch: 3, isPaused: false },
    { role: "developer", variant: "gpu", index: 1, concurrency: 1, epoch: 3, isPaused: false },
  ]);
});

test("replicas of a paused role stay assigned but take nothing", () => {
  const assignments = assignReplicas(
    placement(1, { version: "v1", role: "planner", index: 0, concurrency: 1 }),
    new Set(["planner"]),
  );
  assert.equal(assignments.get("v1")?.[0]?.isPaused, true);
});

test("a node without a placement runs nothing", () => {
  assert.equal(assignReplicas(undefined, new Set()).size, 0);
});
