/** Budgets under everything that goes wrong at once. More runs: TROUPE_SIM_SEEDS=3000; `runLedgers(seed)` runs one of them again. */
import { test } from "node:test";
import { assertRunsHold } from "@troupe/runtime/internal-testing";
import { runLedgers } from "./sim-ledgers.ts";

const seeds = Number(process.env["TROUPE_SIM_SEEDS"] ?? "60");

test(`no more is held and spent than there is, and all that was made is counted in the end (seeds 1 to ${seeds})`, async () => {
  await assertRunsHold(seeds, runLedgers);
});
