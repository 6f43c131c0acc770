/** Budgets under everything that goes wrong at once. More runs: TROUPE_SIM_SEEDS=3000; `runLedgers(seed)` runs one of them again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runLedgers } from "./sim-ledgers.ts";

const seeds = Number(process.env["TROUPE_SIM_SEEDS"] ?? "60");

test(`no more is held and spent than there is, and all that was made is counted in the end (seeds 1 to ${seeds})`, async () => {
  const seen = { made: 0, refused: 0, died: 0 };
  for (let seed = 1; seed <= seeds; seed++) {
    const run = await runLedgers(seed);
    assert.equal(run.violation, undefined, `seed ${seed}`);
    seen.made += run.seen.made;
    seen.refused += run.seen.refused;
    seen.died += run.seen.died;
  }
  if (seeds < 20) return; // in a few runs some of it may not have come about
  for (const [what, count] of Object.entries(seen)) assert.ok(count > 0, `nothing ${what} in ${seeds} runs`);
});
