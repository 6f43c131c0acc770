/**
 * The control plane's decisions under everything that goes wrong at once. More runs: TROUPE_SIM_SEEDS=3000. A seed that fails is replayed by
 * `runCluster(seed, true)`; its lines tell what happened.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRunsHold } from "@troupe/runtime/internal-testing";
import { runCluster } from "./sim-cluster.ts";

const seeds = Number(process.env["TROUPE_SIM_SEEDS"] ?? "60");

test(`brakes hold, no replica is given twice, no earlier leader counts, and all settles (seeds 1 to ${seeds})`, async () => {
  await assertRunsHold(seeds, runCluster);
});

test("a run is the same for the same seed", async () => {
  const [one, other] = [await runCluster(7, true), await runCluster(7, true)];
  assert.deepEqual(one, other);
  assert.notDeepEqual(one.lines, (await runCluster(8, true)).lines);
});
