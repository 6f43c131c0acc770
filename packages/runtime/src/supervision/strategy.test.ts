import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SupervisionStrategy } from "../contracts/supervision.ts";
import type { SupervisedGroup } from "./groups.ts";
import { actorsBeside, decideFailure, type RestartHistory, withoutFailures } from "./strategy.ts";

const group = (strategy: SupervisionStrategy): SupervisedGroup => ({
  name: "team",
  strategy,
  intensity: { maxRestarts: 3, windowMs: 60_000, baseMs: 200, maxMs: 30_000 },
  roles: ["router", "planner", "developer"],
});
const actor = (id: string) => ({ id, role: id.split("/")[0] ?? "" });
const team = ["developer/0", "planner/1", "router/0", "planner/0"].map(actor);

const beside = (strategy: SupervisionStrategy) => actorsBeside(group(strategy), team, actor("planner/0"));

test("whom the failure of planner/0 restarts beside it", () => {
  assert.deepEqual(beside("one-for-one"), []);
  assert.deepEqual(beside("one-for-all"), ["router/0", "planner/1", "developer/0"]);
  // Replicas of one role do not build on one another.
  assert.deepEqual(beside("rest-for-one"), ["developer/0"]);
});

test("an actor of another group is nobody's neighbour", () => {
  assert.deepEqual(actorsBeside(group("one-for-all"), [...team, actor("metrics/0")], actor("router/0")), [
    "planner/0",
    "planner/1",
    "developer/0",
  ]);
});

/** The history after failures of router/0 at these times. */
function failed(strategy: SupervisionStrategy, times: readonly number[]): RestartHistory {
  return times.reduce<RestartHistory>(
    (history, nowMs) => decideFailure(group(strategy), team, history, actor("router/0"), nowMs, 0).history,
    new Map(),
  );
}

test("with one-for-one each actor has an intensity of its own, otherwise the group shares one", () => {
  const directives = SupervisionStrategy.options.map((strategy) => {
    const history = failed(strategy, [0, 1_000, 2_000]);
    return decideFailure(group(strategy), team, history, actor("developer/0"), 3_000, 0).directive;
  });
  assert.deepEqual(directives, ["restart", "escalate", "escalate"]);
});

test("an actor that escalates rests until the window allows a restart", () => {
  const history = failed("one-for-one", [0, 1_000, 2_000]);
  const decision = decideFailure(group("one-for-one"), team, history, actor("router/0"), 3_000, 0);
  assert.deepEqual([decision.directive, decision.delayMs], ["escalate", 57_000]);
});

test("an actor that has worked begins anew", () => {
  const history = withoutFailures(failed("one-for-one", [0, 1, 2]), "router/0");
  const decision = decideFailure(group("one-for-one"), team, history, actor("router/0"), 3, 0);
  assert.deepEqual([decision.directive, decision.delayMs], ["restart", 0]);
});

const failures = fc.array(
  fc.record({
    pauseMs: fc.integer({ min: 0, max: 30_000 }),
    id: fc.constantFrom(...team.map(({ id }) => id)),
    unit: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  }),
  { maxLength: 40 },
);
const strategies = fc.constantFrom(...SupervisionStrategy.options);

test("the intensity is never exceeded, whatever fails when", () => {
  fc.assert(
    fc.property(strategies, failures, (strategy, series) => {
      const { maxRestarts, windowMs } = group(strategy).intensity;
      const restarts = new Map<string, number[]>();
      let history: RestartHistory = new Map();
      let nowMs = 0;
      for (const { pauseMs, id, unit } of series) {
        nowMs += pauseMs;
        const decision = decideFailure(group(strategy), team, history, actor(id), nowMs, unit);
        history = decision.history;
        const sharing = strategy === "one-for-one" ? id : "";
        restarts.set(sharing, [...(restarts.get(sharing) ?? []), nowMs + decision.delayMs]);
      }
      for (const times of restarts.values()) {
        for (const at of times) {
          const inWindow = times.filter((time) => time > at - windowMs && time <= at).length;
          assert.ok(inWindow <= maxRestarts, `${inWindow} restarts within ${windowMs} ms`);
        }
      }
    }),
  );
});

test("a decision does not depend on the order in which actors or histories are listed", () => {
  fc.assert(
    fc.property(
      strategies,
      failures,
      fc.shuffledSubarray(team, { minLength: team.length }),
      (strategy, series, mixed) => {
        let one: RestartHistory = new Map();
        let other = one;
        let nowMs = 0;
        for (const { pauseMs, id, unit } of series) {
          nowMs += pauseMs;
          const a = decideFailure(group(strategy), team, one, actor(id), nowMs, unit);
          const turned = new Map([...other].toReversed());
          const b = decideFailure(group(strategy), mixed, turned, actor(id), nowMs, unit);
          assert.deepEqual([b.directive, b.actors, b.delayMs], [a.directive, a.actors, a.delayMs]);
          [one, other] = [a.history, b.history];
        }
      },
    ),
  );
});
