/**
 * The protocol's scenarios under a scheduler that owns every await of its executors. More schedules: TROUPE_SIM_SEEDS=5000.
 * A seed that fails is replayed by `runSeed(scenario, mode, seed, undefined, true)`; the world's `lines` tell what happened.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runDeviations, runSeed } from "../testing/sim-run.ts";
import { MODEL_SCENARIOS, MORE_SCENARIOS } from "../testing/sim-scenarios.ts";

const seeds = Number(process.env["TROUPE_SIM_SEEDS"] ?? "100");
const scenarios = { ...MODEL_SCENARIOS, ...MORE_SCENARIOS };

for (const mode of ["R1", "R3"] as const) {
  describe(`on ${mode}, in ${seeds} random schedules with pauses, crashes, lost and late writes`, () => {
    for (const [name, scenario] of Object.entries(scenarios)) {
      test(`${name} keeps every invariant (seeds 1 to ${seeds})`, async () => {
        for (let seed = 1; seed <= seeds; seed++) {
          const { violation } = await runSeed(scenario, mode, seed);
          assert.equal(violation, undefined, `${mode} ${name} seed ${seed}`);
        }
      });
    }
  });

  test(`on ${mode}, one deviation from the orderly schedule, anywhere, breaks nothing`, async () => {
    for (const name of ["steps", "fan", "callSelf", "sleep"] as const) {
      const scenario = scenarios[name];
      assert.ok(scenario);
      const { violation, runs } = await runDeviations(scenario, mode);
      assert.equal(violation, undefined, `${mode} ${name}`);
      assert.ok(runs > 100, `${name}: only ${runs} schedules`);
    }
  });
}

test("a schedule is the same for the same seed", async () => {
  const { fan } = scenarios;
  assert.ok(fan);
  const [first, second] = [await runSeed(fan, "R3", 7), await runSeed(fan, "R3", 7)];
  assert.deepEqual(first.choices, second.choices);
  assert.deepEqual(
    first.world.store.records.map(({ subject }) => subject),
    second.world.store.records.map(({ subject }) => subject),
  );
});
