import assert from "node:assert/strict";

/** What one simulated run came to. */
export interface SeededRun {
  /** The first claim that did not hold. */
  readonly violation: string | undefined;
  /** How often what the simulation is about came about. */
  readonly seen: Readonly<Record<string, number>>;
}

/** In fewer runs some of it may not have come about. */
const TELLING_SEEDS = 20;

/** Runs a simulation for each seed from 1: no run violates a claim, and over all of them everything came about that the claims are about. */
export async function assertRunsHold(seeds: number, run: (seed: number) => Promise<SeededRun>): Promise<void> {
  const seen = new Map<string, number>();
  for (let seed = 1; seed <= seeds; seed++) {
    const one = await run(seed);
    assert.equal(one.violation, undefined, `seed ${seed}`);
    for (const [what, count] of Object.entries(one.seen)) seen.set(what, (seen.get(what) ?? 0) + count);
  }
  if (seeds < TELLING_SEEDS) return;
  for (const [what, count] of seen) assert.ok(count > 0, `nothing ${what} in ${seeds} runs`);
}
