/**
 * What must hold of a round, whatever struck: pure functions over its history, the books of the receiver of effects, and the control
 * plane's own events. None of it rests on what a process of the system believed.
 */
import { DoneBody, type TaskId } from "@troupe/runtime/internal";
import { CALLS_A_TASK, ChaosInput, ChaosResult } from "../../support/chaos-system.ts";
import type { TaskHistory } from "../../support/history.ts";
import {
  allReadable,
  endsOnce,
  oneChain,
  oneCommit,
  outputsComplete,
  stepsOnce,
  type Violation,
  zombiesAreSilent,
} from "../../support/invariants.ts";
import { callsByTask } from "./budget-race.ts";
import { allReturned } from "./checks/all-returned.ts";
import { approvalsKept } from "./checks/approvals-kept.ts";
import { auditWhole } from "./checks/audit-whole.ts";
import { conversationsInOrder } from "./checks/conversations-in-order.ts";
import { eventsWhole } from "./checks/events-whole.ts";
import { secretsKept } from "./checks/secrets-kept.ts";
import { tenantsApart } from "./checks/tenants-apart.ts";
import { deliveriesLost } from "./deliveries-lost.ts";
import type { Round, Struck } from "./evidence.ts";

/** By then every task has ended that was open when the last fault was healed, on a machine of our own: each limit follows how slow it is. */
const LIMIT_MS = 60_000;
/** A task that asks a model may meet three that stall, each for as long as a first word is waited for; one whose message is lost is missed only after a while. */
export const STRAY_LIMIT_MS = 150_000;
/** A node that was struck may be declared dead until so long after it was healed, or started, on a machine of our own. */
const AFTERMATH_MS = 15_000;

const everyone = ({ accepted, strays }: Round): readonly TaskId[] => [...accepted, ...strays];

/** A check of a round: what it finds bears its name. */
export interface Check {
  readonly name: string;
  /** Invariants that it judges, by their numbers. */
  readonly of: readonly number[];
  readonly claim: string;
  readonly find: (round: Round) => Violation[];
}

/** Everything that a round is judged by. */
export const CHECKS: readonly Check[] = [
  {
    name: "ends once",
    of: [1, 2],
    claim: "every task that a client was told is accepted has exactly one end, also what was poison",
    find: (round) => endsOnce(round.history, everyone(round)),
  },
  {
    name: "ends well",
    of: [2, 3],
    claim:
      "a task of the load ends with the receipt that the receiver gave for its own number (or as `poison_message`, when two executors died on it)",
    find: endsWell,
  },
  {
    name: "ends in time",
    of: [12],
    claim:
      "within 60 s of the last healing every task has ended (150 s where faults sent it to models that stall, or took its message away; longer where others need the machine: see below)",
    find: endsInTime,
  },
  {
    name: "effects once",
    of: [3],
    claim: "one effect has one key, however often it was tried",
    find: effectsOnce,
  },
  {
    name: "steps once",
    of: [3],
    claim: "no step is recorded twice",
    find: ({ history }) => stepsOnce(history),
  },
  {
    name: "one chain",
    of: [4],
    claim: "a hop's records are one chain: each names the one before it",
    find: ({ history }) => oneChain(history),
  },
  {
    name: "one commit",
    of: [2, 4],
    claim: "a hop commits once and writes nothing after it",
    find: ({ history }) => oneCommit(history),
  },
  {
    name: "zombies are silent",
    of: [4],
    claim: "nothing is stored from an executor that another one has displaced",
    find: ({ history }) => zombiesAreSilent(history),
  },
  {
    name: "outputs complete",
    of: [1],
    claim: "what a stored commit or wait promised was published, once",
    find: ({ history }) => outputsComplete(history),
  },
  {
    name: "all readable",
    of: [1],
    claim: "every record of the log can be read, whatever was sent",
    find: ({ history }) => allReadable(history),
  },
  {
    name: "nothing lost",
    of: [1],
    claim: "no message is so lost that only the sweeper brings it back, but those of `deliveries-lost`",
    find: nothingLost,
  },
  {
    name: "conversations in order",
    of: [5],
    claim: "each turn of a conversation has heard every turn before it, once, in the order in which they were said",
    find: conversationsInOrder,
  },
  {
    name: "budgets kept",
    of: [6],
    claim: "no task makes more model calls than its budget has, counted at the model, whoever died meanwhile",
    find: budgetsKept,
  },
  {
    name: "audit whole",
    of: [7],
    claim: "the audit is verified from its beginning on, and has what was asked of people and what they decided",
    find: auditWhole,
  },
  {
    name: "events whole",
    of: [8],
    claim: "who follows a task, each time at the other gateway, sees every event once, in order, and one end",
    find: eventsWhole,
  },
  {
    name: "tenants apart",
    of: [9],
    claim: "to another tenant a task is not there: not to read, to follow in the log, or to cancel",
    find: tenantsApart,
  },
  {
    name: "approvals kept",
    of: [10],
    claim: "one decision on each act, nothing done before it or without a yes in time, and then once",
    find: approvalsKept,
  },
  {
    name: "all returned",
    of: [13],
    claim:
      "at rest no part holds more handles or heap than at rest before (a tenth, and a little more), and no queue holds a message",
    find: allReturned,
  },
  {
    name: "secrets kept",
    of: [14],
    claim:
      "passwords, keys and tokens that were planted are in no log, metric, stored error, control event or dead letter",
    find: secretsKept,
  },
  {
    name: "no needless death",
    of: [],
    claim: "no node is declared dead that nothing was done to, however slow machine and server were",
    find: noNeedlessDeath,
  },
];

/** Everything that is wrong. */
export const violationsIn = (round: Round): Violation[] => CHECKS.flatMap(({ find }) => find(round));

/** Why a round proves nothing, if it does not: fewer than `leastEnds` tasks ended on a machine of our own, or some fault did not strike. */
export function invalidity({ history, struck, slowness }: Round, leastEnds: number): string | undefined {
  const ends = [...history.tasks.values()].filter((task) => task.ends.length > 0).length;
  if (ends < leastEnds / slowness) return `only ${ends} tasks ended`;
  if (struck.length === 0) return "no fault struck";
  const unseen = struck.find((strike) => strike.unseen !== undefined);
  return unseen && `${unseen.fault} at ${unseen.target}: ${unseen.unseen}`;
}

function endsInTime({ history, struck, accepted, slowness }: Round): Violation[] {
  const ofTheLoad = new Set(accepted);
  const healedAtMs = Math.max(0, ...struck.map((strike) => strike.healedAtMs));
  return [...history.tasks.values()].flatMap(({ task, records, start, ends: [end] }) => {
    const sinceMs = Math.max(healedAtMs, start?.storedAtMs ?? 0);
    const lateMs = (end?.storedAtMs ?? 0) - sinceMs;
    const isSwept = records.some(({ at }) => at.from === "supervisor");
    const limitMs = ofTheLoad.has(task) && !isSwept ? LIMIT_MS : STRAY_LIMIT_MS;
    return lateMs > limitMs * slowness
      ? [{ invariant: "ends in time", task, detail: `${lateMs} ms after the last fault` }]
      : [];
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
function noNeedlessDeath({ events, struck, slowness }: Round): Violation[] {
  return events
    .filter(({ name }) => name === "node.dead")
    .filter(({ about, at }) => !wasStruck(struck, about, Date.parse(at), AFTERMATH_MS * slowness))
    .map(({ about, at, reason }) => ({ invariant: "no needless death", task: about, detail: `${at}: ${reason}` }));
}

const wasStruck = (struck: readonly Struck[], about: string, atMs: number, aftermathMs: number): boolean =>
  struck.some(
    ({ target, missed, atMs: from, healedAtMs }) =>
      [target, ...missed].some((name) => about.startsWith(name)) && atMs >= from && atMs <= healedAtMs + aftermathMs,
  );
