/** Broken variants of the protocol must be caught: a checker that lets one pass checks nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MUTANTS } from "../testing/sim-mutants.ts";
import { runSeed } from "../testing/sim-run.ts";
import { MODEL_SCENARIOS, MORE_SCENARIOS } from "../testing/sim-scenarios.ts";

const MAX_SEEDS = 3_000;
const all = { ...MODEL_SCENARIOS, ...MORE_SCENARIOS };

for (const [name, { mutant, scenarios }] of Object.entries(MUTANTS)) {
  test(`the mutant "${name}" is caught`, async () => {
    for (let seed = 1; seed <= MAX_SEEDS; seed++) {
      for (const scenarioName of scenarios) {
        for (const mode of ["R1", "R3"] as const) {
          const scenario = all[scenarioName];
          assert.ok(scenario);
          const { violation } = await runSeed(scenario, mode, seed, mutant());
          if (violation !== undefined) return;
        }
      }
    }
    assert.fail(`it survived ${MAX_SEEDS} seeds of ${scenarios.join(", ")}`);
  });
}
