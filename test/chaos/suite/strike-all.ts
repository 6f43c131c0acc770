/** Does what the schedule of a seed says: at most two faults at a time, never two of one kind of part, however long healing takes. */
import { setTimeout as timer } from "node:timers/promises";
import { messageOf } from "@troupe/runtime";
import { type Random, seededRandom } from "@troupe/runtime/internal";
import type { ChaosBed } from "./bed.ts";
import type { Struck } from "./evidence.ts";
import { type Fault, MissedStrike, type Strike } from "./fault.ts";
import { HEALING_MS, LANES, type Planned, planFaults } from "./schedule.ts";

const STRIKE_AGAIN_MS = 250;
/** A deadline, not a claim: what has to catch the system in a certain moment may miss it a few times where everything is slow. */
const STRIKE_LIMIT_MS = 90_000;

export interface RoundPlan {
  readonly seed: number;
  readonly minutes: number;
  readonly faults: readonly Fault[];
  /** How long it is waited afterwards for every task to end, ms, and longer where others need the machine; default 150 s. */
  readonly patienceMs?: number;
}

/** A fault that was done and healed; whether it did what it should can only be told when all has ended. */
export interface Done extends Omit<Struck, "unseen"> {
  readonly unseen: () => Promise<string | undefined>;
}

/** Resolves when the time of the round is over and all is healed. What could not begin in time, since healing took long, is left out. */
export async function strikeAll(
  bed: ChaosBed,
  plan: RoundPlan,
  note: (line: string) => void,
): Promise<readonly Done[]> {
  const durationMs = plan.minutes * 60_000;
  const startedMs = performance.now();
  const sinceMs = () => performance.now() - startedMs;
  const planned = planFaults(plan.faults, durationMs, seededRandom(plan.seed));
  const busy = new Map<string, Promise<unknown>>();
  const done: Done[] = [];
  const inLane = async (lane: number): Promise<void> => {
    for (const [i, each] of planned.entries()) {
      if (each.lane !== lane) continue;
      const { struck } = each.fault;
      await timer(Math.max(0, each.atMs - sinceMs()));
      while (busy.has(struck)) await busy.get(struck);
      if (sinceMs() + each.holdMs > durationMs - HEALING_MS) return;
      // Each fault draws from a source of its own: what one does must not change what the next one is.
      const random = seededRandom(plan.seed * 1_000 + i);
      const say = (line: string) => note(`${(sinceMs() / 1_000).toFixed(1)} s: ${line}`);
      const strike = strikeOne(bed, each, random, say).finally(() => busy.delete(struck));
      busy.set(struck, strike);
      done.push(await strike);
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, lane) => inLane(lane)));
  await timer(Math.max(0, durationMs - sinceMs()));
  return done.toSorted((a, b) => a.atMs - b.atMs);
}

async function strikeOne(
  bed: ChaosBed,
  { fault, holdMs }: Planned,
  random: Random,
  say: (line: string) => void,
): Promise<Done> {
  const atMs = Date.now();
  let target = "nobody";
  const missed: string[] = [];
  const finished = (unseen: Done["unseen"]): Done => ({
    fault: fault.name,
    target,
    missed,
    atMs,
    healedAtMs: Date.now(),
    unseen,
  });
  try {
    const strike = await untilStruck(() => fault.strike(bed, random), missed);
    target = strike.target;
    say(`${fault.name} ${target}, ${(holdMs / 1_000).toFixed(1)} s`);
    await timer(holdMs);
    await strike.heal();
    return finished(async () => strike.unseen?.());
  } catch (error) {
    const reason = messageOf(error);
    say(`${fault.name} ${target}: ${reason}`);
    return finished(() => Promise.resolve(reason));
  }
}

/** A fault that needs the system for a moment may come while another one has it: it is tried again. Throws when it never could. */
async function untilStruck(strike: () => Promise<Strike>, missed: string[]): Promise<Strike> {
  const untilMs = performance.now() + STRIKE_LIMIT_MS;
  for (;;) {
    try {
      return await strike();
    } catch (error) {
      if (error instanceof MissedStrike) missed.push(error.target);
      if (performance.now() > untilMs) throw error;
      await timer(STRIKE_AGAIN_MS);
    }
  }
}
