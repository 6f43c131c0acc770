import { setTimeout as timer } from "node:timers/promises";
import { messageOf } from "@troupe/runtime";
import { seededRandom } from "@troupe/runtime/internal";
import { readHistory } from "../../support/read-history.ts";
import { atRest, queuedIn } from "./at-rest.ts";
import type { ChaosBed } from "./bed.ts";
import type { Round, Struck } from "./evidence.ts";
import type { Fault, Strike } from "./fault.ts";
import { STRAY_LIMIT_MS } from "./judge.ts";
import { Loads } from "./load/loads.ts";
import { type Planned, planFaults } from "./schedule.ts";
import { auditOf, controlEvents, searchForSecrets } from "./stored-evidence.ts";

const STRIKE_AGAIN_MS = 250;
const STRIKE_LIMIT_MS = 20_000;

export interface RoundPlan {
  readonly seed: number;
  readonly minutes: number;
  readonly faults: readonly Fault[];
}

/** Where the log and the control events go on after a round. */
export interface Position {
  readonly records: number;
  readonly events: number;
}

export const FIRST_POSITION: Position = { records: 1, events: 1 };

/** A load while the faults of a seed strike, until all is healed and every task has ended; then what the log and the books say. */
export async function runRound(
  bed: ChaosBed,
  plan: RoundPlan,
  from: Position,
  note: (line: string) => void,
): Promise<{ readonly round: Round; readonly overdue: string | undefined; readonly next: Position }> {
  const receivedBefore = bed.effects.received.length;
  const askedBefore = bed.model.requestCount;
  bed.strays.splice(0);
  const before = await atRest(bed);
  await using loads = await Loads.start(bed);
  const struck = await strikeAll(bed, plan, note);
  const overdue = await drained(bed, loads);
  const { history, next } = await readHistory(bed.core, bed.subjects, from.records);
  const { events, last } = await controlEvents(bed, from.events);
  const { acts } = loads.approvals;
  const round: Round = {
    history,
    accepted: loads.accepted,
    strays: [...loads.others, ...bed.strays],
    received: bed.effects.received.slice(receivedBefore),
    modelCalls: lastOf(bed.model.requests, bed.model.requestCount - askedBefore),
    events,
    struck,
    turns: loads.conversations.turns,
    acts,
    followed: await loads.followed(),
    looks: loads.overHttp.looks,
    tenantOf: loads.overHttp.tenantOf,
    audit: await auditOf(bed, { acts, history }),
    spills: await searchForSecrets(bed, { history, events }),
    queued: await queuedIn(bed),
    before,
    after: await atRest(bed),
  };
  return { round, overdue, next: { records: next, events: last } };
}

const lastOf = <T>(all: readonly T[], count: number): readonly T[] => all.slice(Math.max(0, all.length - count));

/** Everything is well again and every task has ended; else what is not. One that is late does not keep the others from being waited for. */
async function drained(bed: ChaosBed, loads: Loads): Promise<string | undefined> {
  const late = AbortSignal.timeout(STRAY_LIMIT_MS);
  const strays = bed.strays.map((id) => bed.client.result(id, { signal: late }));
  const overdueLoads = loads.drain(STRAY_LIMIT_MS);
  const ended = await Promise.allSettled([bed.isWhole(STRAY_LIMIT_MS), ...strays]);
  const overdue = ended.flatMap((each) => (each.status === "rejected" ? [reasonOf(each.reason)] : []));
  overdue.push(...(await overdueLoads));
  return overdue.length === 0 ? undefined : overdue.join("; ");
}

const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined
    ? `${error.message} (${messageOf(error.cause)})`
    : messageOf(error);

async function strikeAll(bed: ChaosBed, plan: RoundPlan, note: (line: string) => void): Promise<readonly Struck[]> {
  const random = seededRandom(plan.seed);
  const durationMs = plan.minutes * 60_000;
  const startedMs = performance.now();
  const planned = planFaults(plan.faults, durationMs, random);
  const strikes = planned.map(async (each, i) => {
    // Each fault draws from a source of its own: what one does must not change what the next one is.
    const own = seededRandom(plan.seed * 1_000 + i);
    await timer(Math.max(0, each.atMs - (performance.now() - startedMs)));
    return strikeOne(bed, each, own, note);
  });
  const struck = await Promise.all(strikes);
  await timer(Math.max(0, durationMs - (performance.now() - startedMs)));
  return struck;

  async function strikeOne(
    on: ChaosBed,
    { fault, holdMs }: Planned,
    own: ReturnType<typeof seededRandom>,
    say: (line: string) => void,
  ): Promise<Struck> {
    const atMs = Date.now();
    const strike = await untilStruck(() => fault.strike(on, own));
    if (strike instanceof Error) {
      const healedAtMs = Date.now();
      return { fault: fault.name, target: "nobody", atMs, healedAtMs, unseen: `did not strike: ${messageOf(strike)}` };
    }
    say(
      `${((performance.now() - startedMs) / 1_000).toFixed(1)} s: ${fault.name} ${strike.target}, ${(holdMs / 1_000).toFixed(1)} s`,
    );
    await timer(holdMs);
    await strike.heal();
    return { fault: fault.name, target: strike.target, atMs, healedAtMs: Date.now(), unseen: strike.unseen?.() };
  }
}

/** A fault that needs the system for a moment may come while another one has it: it is tried again. The reason when it never could. */
async function untilStruck(strike: () => Promise<Strike>): Promise<Strike | Error> {
  const untilMs = performance.now() + STRIKE_LIMIT_MS;
  for (;;) {
    try {
      return await strike();
    } catch (error) {
      if (performance.now() > untilMs) return new Error(messageOf(error), { cause: error });
      await timer(STRIKE_AGAIN_MS);
    }
  }
}
