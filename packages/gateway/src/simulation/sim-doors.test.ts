/** Admission under everything that goes wrong at once. More runs: TROUPE_SIM_SEEDS=3000; `runDoors(seed)` runs one of them again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRunsHold } from "@troupe/runtime/internal-testing";
import { runDoors } from "./sim-doors.ts";

const seeds = Number(process.env["TROUPE_SIM_SEEDS"] ?? "20");

test(`what is accepted runs once, one key is one task, caps and limits hold, and nothing waits for ever (seeds 1 to ${seeds})`, async () => {
  await assertRunsHold(seeds, runDoors);
});

test("a run is the same for the same seed", async () => {
  assert.deepEqual(await runDoors(7), await runDoors(7));
});
