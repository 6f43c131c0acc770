/**
 * What is done about an actor that failed, rung by rung: restart in place (its host has done that already), replace by a process of its own on
 * the same node, migrate to another node, quarantine with trials after 1, 5 and 15 min. Each failure within an hour is answered by the next
 * rung; the third makes it recurring and skips the first ones. Pure; times are ms since 1970.
 */
import type { ReportedFailure } from "@troupe/runtime/internal";
import type { CountedFailure, Recovery, Rung } from "./recovery.ts";
import { RUNGS } from "./recovery.ts";

export interface LadderLimits {
  /** How long a failure counts. */
  readonly windowMs: number;
  /** As many failures within the window are recurring. */
  readonly recurring: number;
  /** How long a quarantine lasts before the first trial, the second, and each further one. */
  readonly trialAfterMs: readonly number[];
  /** How long an actor must work without a failure to have passed its trial. */
  readonly trialMs: number;
}

const MINUTE_MS = 60_000;
export const LADDER: LadderLimits = {
  windowMs: 60 * MINUTE_MS,
  recurring: 3,
  trialAfterMs: [1 * MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS],
  trialMs: MINUTE_MS,
};

/** Lives of nodes whose failures are told apart; an actor has failed on no more of late. */
const LIVES = 8;
const FAILURES = 20;

/** A failure with where it comes from. */
export interface Report {
  readonly failure: ReportedFailure;
  readonly node: string;
  readonly incarnation: string;
}

/** What else the decision about a failure depends on. */
export interface LadderView {
  readonly nowMs: number;
  readonly limits: LadderLimits;
  /** The generation that the actor should have; a failure of an earlier one is old news. */
  readonly generation: number;
  /** How often an operator asked for a start. */
  readonly operatorGeneration: number;
  /** Whether another node fits. */
  readonly canMove: boolean;
}

/** What changed, with the words for it; `step` `undefined` = nothing to do but to remember. */
export interface Climbed {
  readonly recovery: Recovery;
  readonly step: Rung | undefined;
  readonly reason: string;
}

/** Answers a failure. `undefined`: it was heard before. */
export function climb(before: Recovery | undefined, report: Report, view: LadderView): Climbed | undefined {
  const { failure, node, incarnation } = report;
  const life = `${node}/${incarnation}`;
  if (failure.number <= (before?.heard[life] ?? 0)) return undefined;
  const known = remembered(before, report, view);
  const { message } = failure;
  // A message has attempts of its own; however often it makes the actor fail, that is one failure.
  const isCounted = message !== undefined && known.failures.some((one) => one.message === message);
  if (failure.generation < view.generation || isCounted || known.quarantine !== undefined)
    return { recovery: known, step: undefined, reason: failure.reason };
  const { limits, nowMs, canMove } = view;
  const failures = [...known.failures, counted(report, nowMs)].slice(-FAILURES);
  const rung = nextRung(before && known.failures.length > 0 ? before.rung : undefined, failures, known, limits);
  const recovery = { ...known, failures, rung, changedMs: nowMs };
  return { recovery: taken(recovery, node, view), step: rung, reason: reasonOf(rung, failures, canMove, limits) };
}

function nextRung(
  last: Rung | undefined,
  failures: readonly CountedFailure[],
  { trialSinceMs }: Recovery,
  { recurring }: LadderLimits,
): Rung {
  if (trialSinceMs !== undefined) return "quarantine";
  const climbed = last === undefined ? 0 : RUNGS.indexOf(last) + 1;
  const least = failures.length >= recurring ? RUNGS.indexOf("migrate") : 0;
  // Its host has restarted it in place as often as it may.
  const afterRestarts = failures.at(-1)?.kind === "exhausted" ? RUNGS.indexOf("replace") : 0;
  return RUNGS[Math.max(climbed, least, afterRestarts)] ?? "quarantine";
}

function taken(recovery: Recovery, node: string, { nowMs, limits, canMove }: LadderView): Recovery {
  const { trialSinceMs: _, ...rest } = recovery;
  if (rest.rung === "restart") return rest;
  if (rest.rung === "quarantine")
    return { ...rest, quarantine: { sinceMs: nowMs, trialAtMs: nowMs + trialAfterMs(rest.trials, limits) } };
  const moved = rest.rung === "migrate" && canMove ? { avoids: node } : {};
  return { ...rest, generation: rest.generation + 1, ...moved };
}

const trialAfterMs = (trials: number, { trialAfterMs: waits }: LadderLimits): number =>
  waits[Math.min(trials, waits.length - 1)] ?? 0;

/** What the passage of time changes: `forget` = the row goes, the actor is as any other. */
export interface Passed {
  readonly kind: "trial" | "recovered" | "released" | "forget";
  /** Absent when the row goes. */
  readonly recovery?: Recovery;
  readonly reason: string;
}

/** What is due. `isWell`: its node says that it runs as it should. */
export function pass(
  recovery: Recovery,
  view: Pick<LadderView, "nowMs" | "limits" | "operatorGeneration"> & { readonly isWell: boolean },
): Passed | undefined {
  const { nowMs, limits, operatorGeneration, isWell } = view;
  const { quarantine, trialSinceMs, trials } = recovery;
  if (operatorGeneration > recovery.operatorGeneration)
    return { kind: "released", recovery: released(recovery, view), reason: "an operator had it started anew" };
  if (quarantine !== undefined) {
    const { sinceMs, trialAtMs } = quarantine;
    if (!hasPassed(sinceMs, trialAtMs - sinceMs, nowMs)) return undefined;
    const { quarantine: _, ...rest } = recovery;
    return {
      kind: "trial",
      recovery: { ...rest, generation: rest.generation + 1, trialSinceMs: nowMs, trials: trials + 1, changedMs: nowMs },
      reason: `trial ${trials + 1} after ${Math.round(Math.max(0, nowMs - sinceMs) / 1_000)} s of quarantine`,
    };
  }
  if (trialSinceMs !== undefined) {
    if (!isWell || !hasPassed(trialSinceMs, limits.trialMs, nowMs)) return undefined;
    const { trialSinceMs: _, ...rest } = recovery;
    return {
      kind: "recovered",
      recovery: { ...rest, changedMs: nowMs },
      reason: `no failure in the ${limits.trialMs / 1_000} s of its trial`,
    };
  }
  return hasPassed(recovery.changedMs, limits.windowMs, nowMs)
    ? { kind: "forget", reason: `no failure for ${Math.round(limits.windowMs / MINUTE_MS)} min` }
    : undefined;
}

/**
 * Whether a time has passed, by wall clocks that may be set anew: what began further ahead than it is long was noted by a clock that was wrong,
 * and counts as over. So a clock set back makes it last at most twice as long.
 */
const hasPassed = (sinceMs: number, forMs: number, nowMs: number): boolean =>
  nowMs - sinceMs >= forMs || sinceMs - nowMs > forMs;

/** As an actor that never failed, but for what was heard of it: nodes go on reporting that for a while. */
function released(
  { v, actor, heard }: Pick<Recovery, "v" | "actor" | "heard">,
  { nowMs, operatorGeneration }: Pick<LadderView, "nowMs" | "operatorGeneration">,
): Recovery {
  return {
    v,
    actor,
    heard,
    failures: [],
    rung: "restart",
    generation: 0,
    operatorGeneration,
    changedMs: nowMs,
    trials: 0,
  };
}

/** The row with the report noted, and without failures that count no more. */
function remembered(before: Recovery | undefined, { failure, node, incarnation }: Report, view: LadderView): Recovery {
  const { limits, nowMs } = view;
  const base = before ?? released({ v: 1, actor: failure.actor, heard: {} }, view);
  const life = `${node}/${incarnation}`;
  const others = Object.entries(base.heard).filter(([known]) => known !== life);
  return {
    ...base,
    failures: base.failures.filter(({ atMs }) => nowMs - atMs < limits.windowMs),
    heard: Object.fromEntries([...others.slice(1 - LIVES), [life, failure.number]]),
  };
}

function counted({ failure, node }: Report, nowMs: number): CountedFailure {
  const { kind, reason, message, agoMs } = failure;
  return { atMs: nowMs - agoMs, node, kind, reason, ...(message === undefined ? {} : { message }) };
}

function reasonOf(rung: Rung, failures: readonly CountedFailure[], canMove: boolean, limits: LadderLimits): string {
  const count = failures.length === 1 ? "first failure in an hour" : `failure ${failures.length} in an hour`;
  const isStaying = rung === "migrate" && !canMove ? "; no other node fits, so it is replaced where it is" : "";
  const last = failures.at(-1);
  const recurring = failures.length >= limits.recurring ? ", recurring" : "";
  return `${count}${recurring}: ${last?.kind} on ${last?.node}: ${last?.reason}${isStaying}`;
}
