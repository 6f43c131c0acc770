/**
 * The control plane's decisions under everything that goes wrong at once. More runs: TROUPE_SIM_SEEDS=3000. A seed that fails is replayed by
 * `runCluster(seed, true)`; its lines tell what happened.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runCluster } from "./sim-cluster.ts";

const seeds = Number(process.env["TROUPE_SIM_SEEDS"] ?? "60");

test(`brakes hold, no replica is given twice, no earlier leader counts, and all settles (seeds 1 to ${seeds})`, async () => {
  const seen = { deaths: 0, terms: 0, placements: 0, handOvers: 0, quarantines: 0 };
  for (let seed = 1; seed <= seeds; seed++) {
    const run = await runCluster(seed);
    assert.equal(run.violation, undefined, `seed ${seed}`);
    seen.deaths += run.seen.deaths;
    seen.terms += run.seen.terms;
    seen.placements += run.seen.placements;
    seen.handOvers += run.seen.handOvers;
    seen.quarantines += run.seen.quarantines;
  }
  if (seeds < 20) return; // in a few runs some of it may not have come about
  for (const [what, count] of Object.entries(seen)) assert.ok(count > 0, `no ${what} in ${seeds} runs`);
});

test("a run is the same for the same seed", async () => {
  const [one, other] = [await runCluster(7, true), await runCluster(7, true)];
  assert.deepEqual(one, other);
  assert.notDeepEqual(one.lines, (await runCluster(8, true)).lines);
});
