import { messageOf } from "@troupe/runtime";
import { readHistory } from "../../support/read-history.ts";
import { atRest, queuedIn } from "./at-rest.ts";
import type { ChaosBed } from "./bed.ts";
import type { Round } from "./evidence.ts";
import { STRAY_LIMIT_MS } from "./judge.ts";
import { Keeper } from "./keeper.ts";
import { Loads } from "./load/loads.ts";
import { slowness } from "./slowness.ts";
import { auditOf, controlEvents, searchForSecrets } from "./stored-evidence.ts";
import { type RoundPlan, strikeAll } from "./strike-all.ts";

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
  using keeper = new Keeper(bed, note);
  const before = await atRest(bed);
  const slownessBefore = slowness();
  await using loads = await Loads.start(bed);
  const strikes = await strikeAll(bed, plan, note);
  const overdue = await drained(bed, loads, Math.round((plan.patienceMs ?? STRAY_LIMIT_MS) * slownessBefore));
  const struck = await Promise.all(strikes.map(async ({ unseen, ...done }) => ({ ...done, unseen: await unseen() })));
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
    slowness: Math.max(slownessBefore, slowness()),
    fallen: keeper.fallen,
    before,
    after: await atRest(bed),
  };
  return { round, overdue, next: { records: next, events: last } };
}

const lastOf = <T>(all: readonly T[], count: number): readonly T[] => all.slice(Math.max(0, all.length - count));

/** Everything is well again and every task has ended; else what is not. One that is late does not keep the others from being waited for. */
async function drained(bed: ChaosBed, loads: Loads, limitMs: number): Promise<string | undefined> {
  const signal = AbortSignal.timeout(limitMs);
  const strays = bed.strays.map((id) => bed.client.result(id, { signal }));
  const overdueLoads = loads.drain(limitMs);
  const ended = await Promise.allSettled([bed.isWhole(limitMs), ...strays]);
  const late = await overdueLoads;
  // Only then nobody writes any more, and whichever copy is read has everything.
  ended.push(...(await Promise.allSettled([bed.store.isWhole(limitMs)])));
  const overdue = ended.flatMap((each) => (each.status === "rejected" ? [reasonOf(each.reason)] : []));
  overdue.push(...late);
  return overdue.length === 0 ? undefined : overdue.join("; ");
}

const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause !== undefined
    ? `${error.message} (${messageOf(error.cause)})`
    : messageOf(error);
