import assert from "node:assert/strict";
import { test } from "node:test";
import { EMPTY_MEMBERSHIP, type Membership, withHeartbeat, withMember } from "../membership/snapshot.ts";
import { actorHealth } from "./actor-health.ts";
import { Outcomes } from "./outcomes.ts";

const of = (meanMs: number, failed: number, total = 100) => actorHealth(meanMs, { failed, total });

test("an actor is as well as the worse of its response time and its error rate", () => {
  assert.equal(of(0, 0, 0), "healthy");
  assert.equal(of(9_999, 9), "healthy");
  assert.equal(of(10_000, 0), "warning");
  assert.equal(of(0, 10), "warning");
  assert.equal(of(29_999, 29), "warning");
  assert.equal(of(30_000, 0), "critical");
  assert.equal(of(0, 30), "critical");
  assert.equal(of(10_000, 30), "critical");
  assert.equal(of(30_000, 10), "critical");
});

let sequence = 0;
function heard(done: number, failed: number, { incarnation = "i1", generation = 0, node = "n1" } = {}): Membership {
  const about = { node, incarnation, labels: {}, capabilities: [], slots: 4 };
  const actor = {
    id: "v1/a/0",
    epoch: 1,
    generation,
    state: "available" as const,
    inFlight: 0,
    done,
    failed,
    meanMs: 1,
  };
  const rest = { busy: 0, load: 0, memoryBytes: 1, loopP99Ms: 1, isDraining: false, sequence: ++sequence };
  const joined = withMember(EMPTY_MEMBERSHIP, { v: 1, ...about, status: "up", since: "", reason: "" });
  return withHeartbeat(joined, { v: 1, ...about, ...rest, actors: [actor] });
}

test("outcomes are counted once, over new instances and lives", () => {
  const outcomes = new Outcomes();
  const look = (membership: Membership) => {
    outcomes.look(membership);
    return [outcomes.ofActor("v1/a/0"), outcomes.ofMailboxes.get("v1/a")];
  };
  const first = heard(3, 1);
  assert.deepEqual(look(first), [
    { failed: 1, total: 4 },
    { failed: 1, total: 4 },
  ]);
  assert.deepEqual(look(first)[0], { failed: 1, total: 4 }, "the same word counts nothing twice");
  assert.deepEqual(look(heard(3, 3))[0], { failed: 3, total: 6 });
  assert.deepEqual(look(heard(1, 0, { generation: 1 }))[0], { failed: 3, total: 7 });
  assert.deepEqual(look(heard(0, 2, { incarnation: "i2" })), [
    { failed: 5, total: 9 },
    { failed: 5, total: 9 },
  ]);
  assert.deepEqual(look(heard(200, 2, { incarnation: "i2" }))[1], { failed: 0, total: 10 }, "only the last ten count");
  outcomes.look(EMPTY_MEMBERSHIP);
  assert.deepEqual(outcomes.ofActor("v1/a/0"), { failed: 0, total: 0 }, "who is gone is forgotten");
});

test("of more than fit between two heartbeats as many have failed as of all", () => {
  const outcomes = new Outcomes();
  outcomes.look(heard(40, 60));
  assert.deepEqual(outcomes.ofMailboxes.get("v1/a"), { failed: 6, total: 10 });
});
