import { rfc3339 } from "@troupe/runtime/internal";
import { mailboxOf } from "../placement/wanted.ts";
import type { ClusterView } from "./cluster-view.ts";

/** Something that a person should look at. `name` and `about` identify it; it fires once and lasts until it resolves. */
export interface Alert {
  readonly name: "node_lost" | "queue_age" | "task_dead" | "no_place";
  readonly about: string;
  readonly text: string;
}

/** What is wrong at this moment. Pure. */
export function alertsOf(view: ClusterView): readonly Alert[] {
  const alerts: Alert[] = [];
  for (const { member } of view.membership.nodes.values()) {
    if (member.status === "dead") {
      alerts.push({ name: "node_lost", about: member.node, text: `node ${member.node} is lost: ${member.reason}` });
    }
  }
  const ageMs = view.oldestWaitingMs === undefined ? 0 : view.nowMs - view.oldestWaitingMs;
  if (ageMs >= view.queueAgeAlertMs) {
    const text = `a message has waited for more than ${Math.round(view.queueAgeAlertMs / 1_000)} s`;
    alerts.push({ name: "queue_age", about: "queues", text });
  }
  if (view.recentDeadTasks > 0) {
    const count = view.recentDeadTasks === 1 ? "1 task" : `${view.recentDeadTasks} tasks`;
    alerts.push({ name: "task_dead", about: "tasks", text: `${count} ended as dead letters not long ago` });
  }
  alerts.push(...placeAlerts(view));
  return alerts;
}

/** One alert for each mailbox with replicas that have no place. */
function placeAlerts({ unplaced }: ClusterView): readonly Alert[] {
  const byMailbox = new Map<string, { count: number; reason: string }>();
  for (const { replica, reason } of unplaced) {
    const mailbox = `${replica.version}/${mailboxOf(replica.role, replica.variant)}`;
    byMailbox.set(mailbox, { count: (byMailbox.get(mailbox)?.count ?? 0) + 1, reason });
  }
  return [...byMailbox].map(([about, { count, reason }]) => {
    const replicas = count === 1 ? "1 replica has" : `${count} replicas have`;
    return { name: "no_place", about, text: `${about}: ${replicas} no place: ${reason}` };
  });
}

/** How long a condition must last before it fires: what is normal for a moment, as at every start, is nothing to look at. */
const LASTS_MS: Readonly<Record<Alert["name"], number>> = {
  node_lost: 0,
  queue_age: 0,
  task_dead: 0,
  no_place: 10_000,
};

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

const identityOf = ({ name, about }: Alert): string => `${name} ${about}`;

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
    .filter(({ name, sinceMs }) => nowMs - sinceMs >= LASTS_MS[name])
    .map(({ name, about, text, sinceMs }) => ({ name, about, text, since: rfc3339(sinceMs) }));
}

/** Which alerts began and which are over. */
export function alertChanges(
  before: readonly Alert[],
  now: readonly Alert[],
): { readonly fired: readonly Alert[]; readonly resolved: readonly Alert[] } {
  const [old, present] = [new Set(before.map(identityOf)), new Set(now.map(identityOf))];
  return {
    fired: now.filter((alert) => !old.has(identityOf(alert))),
    resolved: before.filter((alert) => !present.has(identityOf(alert))),
  };
}
