/**
 * What must hold of a round, whatever struck: pure functions over its history, the books of the receiver of effects, and the control
 * plane's own events. None of it rests on what a process of the system believed.
 */
import type { OfflineRequest } from "@troupe/agents";
import { DoneBody, type StoredControlEvent, type TaskId } from "@troupe/runtime/internal";
import { CALLS_A_TASK, ChaosInput, ChaosResult } from "../../support/chaos-system.ts";
import type { History, TaskHistory } from "../../support/history.ts";
import { type Violation, violationsOf } from "../../support/invariants.ts";
import { callsByTask } from "./budget-race.ts";
import { deliveriesLost } from "./deliveries-lost.ts";
import type { Received } from "./effect-receiver.ts";

/** A fault as it was done. Times are ms since 1970. */
export interface Struck {
  readonly fault: string;
  readonly target: string;
  readonly atMs: number;
  readonly healedAtMs: number;
  /** What is missing to say that it did what it should. */
  readonly unseen: string | undefined;
}

export interface Round {
  readonly history: History;
  /** Tasks of the load, and those that faults started: what a client was told is accepted. */
  readonly accepted: readonly TaskId[];
  readonly strays: readonly TaskId[];
  readonly received: readonly Received[];
  /** What came to the model. */
  readonly modelCalls: readonly OfflineRequest[];
  readonly events: readonly StoredControlEvent[];
  readonly struck: readonly Struck[];
}

/** By then every task has ended that was open when the last fault was healed. */
const LIMIT_MS = 60_000;
/** A task that asks a model may meet three that stall, each for as long as a first word is waited for; one whose message is lost is missed only after a while. */
export const STRAY_LIMIT_MS = 150_000;
/** A node that was struck may be declared dead until so long after it was healed. */
const AFTERMATH_MS = 15_000;

/** Everything that is wrong. */
export function violationsIn(round: Round): Violation[] {
  return [
    ...violationsOf(round.history, [...round.accepted, ...round.strays]),
    ...endsInTime(round),
    ...endsWell(round),
    ...effectsOnce(round),
    ...nothingLost(round),
    ...budgetsKept(round),
    ...noNeedlessDeath(round),
  ];
}

/** Why a round proves nothing, if it does not: fewer than `leastEnds` tasks ended, or some fault did not strike. */
export function invalidity({ history, struck }: Round, leastEnds: number): string | undefined {
  const ends = [...history.tasks.values()].filter((task) => task.ends.length > 0).length;
  if (ends < leastEnds) return `only ${ends} tasks ended`;
  if (struck.length === 0) return "no fault struck";
  const unseen = struck.find((strike) => strike.unseen !== undefined);
  return unseen && `${unseen.fault} at ${unseen.target}: ${unseen.unseen}`;
}

function endsInTime({ history, struck, accepted }: Round): Violation[] {
  const ofTheLoad = new Set(accepted);
  const healedAtMs = Math.max(0, ...struck.map((strike) => strike.healedAtMs));
  return [...history.tasks.values()].flatMap(({ task, records, start, ends: [end] }) => {
    const sinceMs = Math.max(healedAtMs, start?.storedAtMs ?? 0);
    const lateMs = (end?.storedAtMs ?? 0) - sinceMs;
    const isSwept = records.some(({ at }) => at.from === "supervisor");
    const limitMs = ofTheLoad.has(task) && !isSwept ? LIMIT_MS : STRAY_LIMIT_MS;
    return lateMs > limitMs ? [{ invariant: "ends in time", task, detail: `${lateMs} ms after the last fault` }] : [];
  });
}

/** Tasks of the load complete with the receipt of their own effect. Two executors that died on one message are its end, as promised. */
function endsWell({ history, accepted, received }: Round): Violation[] {
  const receipts = new Map(received.map(({ number, receipt }) => [number, receipt]));
  return accepted.flatMap((id) => {
    const task = history.tasks.get(id);
    const detail = task && unwell(task, receipts);
    return detail === undefined ? [] : [{ invariant: "ends well", task: id, detail }];
  });
}

function unwell({ start, ends: [end] }: TaskHistory, receipts: ReadonlyMap<number, number>): string | undefined {
  const done = DoneBody.safeParse(end?.body);
  if (!done.success) return `its end cannot be read: ${done.error.message}`;
  const { status, error, result } = done.data;
  if (status === "failed" && error?.code === "poison_message") return undefined;
  if (status !== "completed") return `ended ${status}: ${error?.code ?? "?"} ${error?.message ?? ""}`;
  const asked = ChaosInput.safeParse(start?.body);
  const got = ChaosResult.safeParse(result);
  if (!asked.success || !got.success) return `ended with ${JSON.stringify(result)}`;
  if (got.data.number !== asked.data.number) return "ended with the number of another task";
  const receipt = receipts.get(got.data.number);
  return receipt === got.data.receipt ? undefined : `ended with receipt ${got.data.receipt}, but was given ${receipt}`;
}

/** An effect is done under one key, however often it is tried. */
function effectsOnce({ received }: Round): Violation[] {
  const keys = new Map<number, string>();
  return received.flatMap(({ number, key }) => {
    const known = keys.get(number);
    keys.set(number, known ?? key);
    const isSame = known === undefined || known === key;
    return isSame ? [] : [{ invariant: "effects once", task: `number ${number}`, detail: `keys ${known} and ${key}` }];
  });
}

/** No message is gone that only the sweeper brings back, unless its delivery was taken away on purpose. */
function nothingLost({ history, struck }: Round): Violation[] {
  const taken = struck.filter(({ fault }) => fault === deliveriesLost.name);
  return [...history.tasks.values()].flatMap(({ task, records, start, ends: [end] }) => {
    const again = records.find(({ at }) => at.name.class === "m" && at.name.kind.startsWith("again"));
    const wasTaken = taken.some(
      ({ atMs, healedAtMs }) =>
        (start?.storedAtMs ?? 0) <= healedAtMs && (end?.storedAtMs ?? Number.POSITIVE_INFINITY) >= atMs,
    );
    return again === undefined || wasTaken ? [] : [{ invariant: "nothing lost", task, detail: again.subject }];
  });
}

/** The model was asked no more often than a task may spend, whoever died meanwhile: what a crash interrupts counts as spent. */
function budgetsKept({ history, modelCalls }: Round): Violation[] {
  const calls = callsByTask(modelCalls);
  return [...history.tasks.keys()].flatMap((task) => {
    const made = calls.get(task) ?? 0;
    return made <= CALLS_A_TASK
      ? []
      : [{ invariant: "budgets kept", task, detail: `${made} calls of ${CALLS_A_TASK}` }];
  });
}

/** No node is declared dead that nothing was done to, however slow the machine or the server was. */
function noNeedlessDeath({ events, struck }: Round): Violation[] {
  return events
    .filter(({ name }) => name === "node.dead")
    .filter(({ about, at }) => !wasStruck(struck, about, Date.parse(at)))
    .map(({ about, at, reason }) => ({ invariant: "no needless death", task: about, detail: `${at}: ${reason}` }));
}

const wasStruck = (struck: readonly Struck[], about: string, atMs: number): boolean =>
  struck.some(
    ({ target, atMs: from, healedAtMs }) =>
      about.startsWith(target) && atMs >= from && atMs <= healedAtMs + AFTERMATH_MS,
  );
