/** Admission under everything that goes wrong at once. More runs: TROUPE_SIM_SEEDS=3000; `runDoors(seed)` runs one of them again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runDoors } from "./sim-doors.ts";

const seeds = Number(process.env["TROUPE_SIM_SEEDS"] ?? "20");

test(`what is accepted runs once, one key is one task, caps and limits hold, and nothing waits for ever (seeds 1 to ${seeds})`, async () => {
  const seen = { accepted: 0, refused: 0, unknown: 0, limited: 0, died: 0 };
  for (let seed = 1; seed <= seeds; seed++) {
    const run = await runDoors(seed);
    assert.equal(run.violation, undefined, `seed ${seed}`);
    seen.accepted += run.seen.accepted;
    seen.refused += run.seen.refused;
    seen.unknown += run.seen.unknown;
    seen.limited += run.seen.limited;
    seen.died += run.seen.died;
  }
  if (seeds < 20) return; // in a few runs some of it may not have come about
  for (const [what, count] of Object.entries(seen)) assert.ok(count > 0, `nothing ${what} in ${seeds} runs`);
});

test("a run is the same for the same seed", async () => {
  assert.deepEqual(await runDoors(7), await runDoors(7));
});
