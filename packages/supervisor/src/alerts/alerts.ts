/** What is wrong with the cluster, as conditions that fire, last and resolve (R-SUP-7). Pure. */
import { rfc3339 } from "@troupe/runtime/internal";
import type { ClusterView } from "../health/cluster-view.ts";
import { dependenciesOf } from "../health/dependencies.ts";
import { mailboxOf, replicaKey } from "../placement/wanted.ts";
import { sloAlerts } from "../slo/slo-alerts.ts";

interface AlertSpec {
  readonly severity: "warning" | "critical";
  readonly lastsMs: number;
  /** It tells of hours or days, or of what is as somebody wanted it: the cluster may be well by now. */
  readonly isOfThePast?: boolean;
}

/** What each alert is: how bad, and how long its condition must last before it fires: what is normal for a moment is nothing to look at. */
export const ALERTS = {
  node_lost: { severity: "critical", lastsMs: 0 },
  no_place: { severity: "critical", lastsMs: 10_000 },
  actor_quarantined: { severity: "critical", lastsMs: 0 },
  task_errors: { severity: "critical", lastsMs: 0 },
  task_slow: { severity: "warning", lastsMs: 0 },
  task_dead: { severity: "warning", lastsMs: 0 },
  queue_age: { severity: "warning", lastsMs: 0 },
  breaker_open: { severity: "warning", lastsMs: 0 },
  cache_down: { severity: "warning", lastsMs: 10_000 },
  budget_spent: { severity: "warning", lastsMs: 0, isOfThePast: true },
  slo_missed: { severity: "critical", lastsMs: 0, isOfThePast: true },
  slo_burn_fast: { severity: "critical", lastsMs: 0, isOfThePast: true },
  slo_burn_slow: { severity: "warning", lastsMs: 0, isOfThePast: true },
} as const satisfies Readonly<Record<string, AlertSpec>>;
export type AlertName = keyof typeof ALERTS;

/** Whether an alert is a reason for the cluster's present state. */
export const isOfNow = ({ name }: Pick<Alert, "name">): boolean => !("isOfThePast" in ALERTS[name]);

/** Something that a person should look at. `name` and `about` identify it; it fires once and lasts until it resolves. */
export interface Alert {
  readonly name: AlertName;
  readonly about: string;
  readonly text: string;
}

/** What is wrong at this moment. */
export function alertsOf(view: ClusterView): readonly Alert[] {
  return [
    ...nodeAlerts(view),
    ...queueAlerts(view),
    ...deadAlerts(view),
    ...slowAlerts(view),
    ...errorAlerts(view),
    ...placeAlerts(view),
    ...quarantineAlerts(view),
    ...dependencyAlerts(view),
    ...spentAlerts(view),
    ...sloAlerts(view.slo),
  ];
}

const seconds = (ms: number): string => `${Math.round(ms / 1_000)} s`;

function nodeAlerts({ membership }: ClusterView): readonly Alert[] {
  return [...membership.nodes.values()]
    .filter(({ member }) => member.status === "dead")
    .map(({ member: { node, reason } }) => ({
      name: "node_lost",
      about: node,
      text: `node ${node} is lost: ${reason}`,
    }));
}

function queueAlerts({ oldestWaiting, nowMs, queueAgeAlertMs }: ClusterView): readonly Alert[] {
  return [...oldestWaiting]
    .filter(([, sinceMs]) => nowMs - sinceMs >= queueAgeAlertMs)
    .map(([mailbox]) => ({
      name: "queue_age",
      about: mailbox,
      text: `a message for ${mailbox} has waited for more than ${seconds(queueAgeAlertMs)}`,
    }));
}

function deadAlerts({ recentDeadTasks: count }: ClusterView): readonly Alert[] {
  if (count === 0) return [];
  const tasks = count === 1 ? "1 task" : `${count} tasks`;
  return [{ name: "task_dead", about: "tasks", text: `${tasks} ended as dead letters not long ago` }];
}

function slowAlerts({ slowTasks, slowTaskAlertMs }: ClusterView): readonly Alert[] {
  return [...slowTasks].map(([mailbox, { count, oldest }]) => ({
    name: "task_slow",
    about: mailbox,
    text: `${count === 1 ? "1 task" : `${count} tasks`} for ${mailbox} run for more than ${seconds(slowTaskAlertMs)}, the oldest is ${oldest}`,
  }));
}

function errorAlerts({ recentOutcomes }: ClusterView): readonly Alert[] {
  return [...recentOutcomes]
    .filter(([, { failed, total }]) => total >= 10 && failed * 2 > total)
    .map(([mailbox, { failed, total }]) => ({
      name: "task_errors",
      about: mailbox,
      text: `${failed} of the last ${total} messages of ${mailbox} failed`,
    }));
}

/** One alert for each mailbox with replicas that have no place. */
function placeAlerts({ unplaced }: ClusterView): readonly Alert[] {
  const byMailbox = new Map<string, { count: number; reason: string }>();
  for (const { replica, reason, isQuarantined } of unplaced) {
    if (isQuarantined === true) continue;
    const mailbox = `${replica.version}/${mailboxOf(replica.role, replica.variant)}`;
    byMailbox.set(mailbox, { count: (byMailbox.get(mailbox)?.count ?? 0) + 1, reason });
  }
  return [...byMailbox].map(([about, { count, reason }]) => {
    const replicas = count === 1 ? "1 replica has" : `${count} replicas have`;
    return { name: "no_place", about, text: `${about}: ${replicas} no place: ${reason}` };
  });
}

const quarantineAlerts = ({ unplaced }: ClusterView): readonly Alert[] =>
  unplaced
    .filter(({ isQuarantined }) => isQuarantined === true)
    .map(({ replica, reason }) => ({
      name: "actor_quarantined",
      about: replicaKey(replica),
      text: `${replicaKey(replica)} is ${reason}`,
    }));

const DEPENDENCY_ALERTS = { model: "breaker_open", cache: "cache_down" } as const;
const DEPENDENCY_NOUNS = { model: "model endpoint", cache: "cache" } as const;

const dependencyAlerts = ({ membership }: ClusterView): readonly Alert[] =>
  dependenciesOf(membership)
    .filter((dependency) => dependency.down_on.length > 0)
    .map(({ kind, name, down_on: nodes, reason }) => ({
      name: DEPENDENCY_ALERTS[kind],
      about: name,
      text: `${DEPENDENCY_NOUNS[kind]} ${name} fails on ${nodes.join(", ")}${reason === null ? "" : `: ${reason}`}`,
    }));

/** One alert for each account, however many nodes have found it spent. */
function spentAlerts({ membership }: ClusterView): readonly Alert[] {
  const texts = new Map<string, string>();
  for (const { member, heartbeat } of membership.nodes.values()) {
    if (member.status === "dead" || member.status === "left") continue;
    for (const { account, text } of heartbeat?.spentBudgets ?? []) texts.set(account, text);
  }
  return [...texts].map(([about, text]) => ({
    name: "budget_spent",
    about,
    text: `the budget of ${about} is ${text}`,
  }));
}

/** A condition that holds, with the time since when; it may not fire yet. */
export interface NoticedAlert extends Alert {
  /** ms since 1970. */
  readonly sinceMs: number;
}

/** An alert that fires. */
export interface FiringAlert extends Alert {
  /** Since when its condition holds, RFC 3339. */
  readonly since: string;
}

export const identityOf = ({ name, about }: Pick<Alert, "name" | "about">): string => `${name} ${about}`;

/** What holds now: what was noticed before keeps its time. */
export function noticed(
  before: readonly NoticedAlert[],
  now: readonly Alert[],
  nowMs: number,
): readonly NoticedAlert[] {
  const sinceMs = new Map(before.map((alert) => [identityOf(alert), alert.sinceMs]));
  return now.map((alert) => ({ ...alert, sinceMs: sinceMs.get(identityOf(alert)) ?? nowMs }));
}

/** Those that have lasted long enough to fire. */
export function firing(alerts: readonly NoticedAlert[], nowMs: number): readonly FiringAlert[] {
  return alerts
    .filter(({ name, sinceMs }) => nowMs - sinceMs >= ALERTS[name].lastsMs)
    .map(({ name, about, text, sinceMs }) => ({ name, about, text, since: rfc3339(sinceMs) }));
}

/** Which alerts began and which are over. */
export function alertChanges(
  before: readonly FiringAlert[],
  now: readonly FiringAlert[],
): { readonly fired: readonly FiringAlert[]; readonly resolved: readonly FiringAlert[] } {
  const [old, present] = [new Set(before.map(identityOf)), new Set(now.map(identityOf))];
  return {
    fired: now.filter((alert) => !old.has(identityOf(alert))),
    resolved: before.filter((alert) => !present.has(identityOf(alert))),
  };
}
