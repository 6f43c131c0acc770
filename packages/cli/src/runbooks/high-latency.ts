import type { Evidence } from "./evidence.ts";
import { objectiveCheck } from "./objective-check.ts";
import type { LookedAt, Remedy, Runbook } from "./runbook.ts";
import { mean, percent, seconds, sharesBy } from "./shares.ts";
import type { TaskSample } from "./task-sample.ts";

const FEWEST_TASKS = 3;
const BACKLOG_MS = 5_000;

/** The slower half of what completed: where time goes shows there. */
function slowTasks({ tasks }: Evidence): readonly TaskSample[] {
  const completed = tasks.filter(({ status }) => status === "completed").toSorted((a, b) => b.tookMs - a.tookMs);
  return completed.slice(0, Math.ceil(completed.length / 2));
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0);
const hopMs = ({ hops }: TaskSample): number => sumOf(hops.map(({ ms }) => ms));
const modelMs = ({ calls }: TaskSample): number => sumOf(calls.map(({ ms }) => ms));

function scale(role: string, { declared, actors }: Evidence): Remedy {
  const now = actors.filter(({ id }) => id.split("/")[1] === role).length || (declared[role] ?? 1);
  return {
    text: `twice as many replicas of ${role}: ${now * 2} instead of ${now}`,
    operation: { kind: "scale", body: { role, replicas: now * 2 } },
    rollBack: `troupe scale ${role} ${now}`,
  };
}

/** Messages that wait for somebody to take them, now. */
function backlog(evidence: Evidence): LookedAt {
  const { queues, paused } = evidence;
  const waiting = queues.filter((queue) => queue.waiting > 0).toSorted((a, b) => b.waiting - a.waiting);
  const [first] = waiting;
  if (!first) return { text: "no message waits" };
  const age = first.oldest_message_ms ?? 0;
  const text = `${first.waiting} messages wait for ${first.mailbox}, the oldest for ${seconds(age)}`;
  const role = first.mailbox.split("_")[0] ?? first.mailbox;
  if (paused.includes(role)) {
    const resume: Remedy = {
      text: `resume ${role}`,
      operation: { kind: "resume", body: { role } },
      rollBack: `troupe pause ${role}`,
    };
    return { text, fault: { name: "paused_role", text: `${role} is paused`, share: 1, remedies: [resume] } };
  }
  if (age < BACKLOG_MS) return { text };
  const busy = `${role} has more messages than its replicas take`;
  return { text, fault: { name: "too_few_replicas", text: busy, share: 0.9, remedies: [scale(role, evidence)] } };
}

/** Where the time of slow tasks went: waiting for an actor, in models, or in handlers. */
function whereTimeGoes(evidence: Evidence): LookedAt {
  const slow = slowTasks(evidence);
  const total = sumOf(slow.map(({ tookMs }) => tookMs));
  if (slow.length === 0 || total === 0) return { text: "no task has completed lately" };
  const running = sumOf(slow.map((task) => Math.min(task.tookMs, hopMs(task))));
  const inModels = Math.min(running, sumOf(slow.map(modelMs)));
  const parts = {
    waiting: (total - running) / total,
    models: inModels / total,
    handlers: (running - inModels) / total,
  };
  const text = `the slower half of completed tasks took ${seconds(total / slow.length)} on average: ${percent(parts.waiting)} waiting, ${percent(parts.models)} in models, ${percent(parts.handlers)} in handlers and tools`;
  if (slow.length < FEWEST_TASKS) return { text };
  const most = Math.max(parts.waiting, parts.models, parts.handlers);
  if (most === parts.models) return { text, fault: slowModel(slow, parts.models) };
  const [role] = sharesBy(
    slow.flatMap(({ hops }) => hops),
    (hop) => hop.role,
    ({ ms }) => ms,
  );
  if (!role) return { text };
  if (most === parts.handlers) {
    const remedies = [
      { text: `\`troupe task log ${slow[0]?.id}\`: which step takes so long` },
      scale(role.key, evidence),
    ];
    const says = `${role.key} takes ${percent(role.share)} of the time, outside of models`;
    return { text, fault: { name: "slow_role", text: says, share: 0.9 * parts.handlers * role.share, remedies } };
  }
  const says = `messages wait for an actor; most of the work is ${role.key}'s`;
  return {
    text,
    fault: { name: "too_few_replicas", text: says, share: 0.9 * parts.waiting, remedies: [scale(role.key, evidence)] },
  };
}

function slowModel(slow: readonly TaskSample[], share: number) {
  const calls = slow.flatMap((task) => task.calls);
  const [most] = sharesBy(
    calls,
    ({ role, model }) => `${model} for ${role}`,
    ({ ms }) => ms,
  );
  const each = mean(calls.filter(({ role, model }) => `${model} for ${role}` === most?.key).map(({ ms }) => ms));
  const remedies = [
    { text: "`troupe doctor` tries the endpoint; ask its provider" },
    { text: "give the alias a `hedge` or a faster `fallback` with `limits.firstTokenMs`, and deploy" },
  ];
  const text = `${most?.key ?? "a model"} takes ${seconds(each)} a call`;
  return { name: "slow_model", text, share: 0.9 * share * (most?.share ?? 1), remedies };
}

/** Whether a role is slow on one node only. */
function byNode({ tasks }: Evidence): LookedAt {
  const hops = tasks.flatMap((task) => task.hops);
  const nodes = [...new Set(hops.map(({ node }) => node))];
  const meanOn = (node: string) => mean(hops.filter((hop) => hop.node === node).map(({ ms }) => ms));
  const [slowest, ...others] = nodes.toSorted((a, b) => meanOn(b) - meanOn(a));
  const next = others[0];
  if (slowest === undefined || next === undefined) return { text: "all of it ran on one node" };
  const text = `a hop takes ${seconds(meanOn(slowest))} on ${slowest}, ${seconds(meanOn(next))} on ${next}`;
  const isEnough = [slowest, next].every((node) => hops.filter((hop) => hop.node === node).length >= FEWEST_TASKS);
  if (!isEnough || meanOn(slowest) < 1_000 || meanOn(slowest) < 3 * meanOn(next)) return { text };
  // Roles that run there alone are slow by themselves.
  const rolesOf = (node: string) => new Set(hops.filter((hop) => hop.node === node).map(({ role }) => role));
  if (![...rolesOf(slowest)].every((role) => rolesOf(next).has(role))) return { text };
  const drain: Remedy = {
    text: `drain ${slowest}: its replicas move elsewhere, and it leaves`,
    operation: { kind: "drain", body: { node: slowest } },
    rollBack: "start the node again: troupe node --name NAME",
  };
  return { text, fault: { name: "slow_node", text: `${slowest} is slow`, share: 0.95, remedies: [drain] } };
}

export const HIGH_LATENCY: Runbook = {
  name: "high_latency",
  objective: "latency",
  title: "Tasks take too long",
  symptoms: [
    "alert `slo_missed` or `slo_burn_fast` about `latency`, or `task_slow`, or `queue_age`",
    "callers time out; tasks end as `expired`",
  ],
  checks: [
    objectiveCheck("latency"),
    { name: "backlog", looksAt: "messages that wait now, and roles that are paused", look: backlog },
    {
      name: "time",
      looksAt: "completed tasks: did their time go into waiting, models, or handlers",
      look: whereTimeGoes,
    },
    { name: "node", looksAt: "whether one node is slower than another at the same roles", look: byNode },
  ],
  remedies: [
    "messages wait: `troupe scale ROLE N`, or another node",
    "a model is slow: a faster alias, `hedge`, `limits`, or a cache",
    "a node is slow: `troupe drain NODE`",
  ],
  escalation: [
    "10 min over the target: whoever is on call for the system",
    "30 min, and a model is slow: its provider's support",
    "1 h, or tasks expire: whoever owns the platform",
  ],
  rollBack: [
    "`troupe scale ROLE N` with the number before, when the backlog is gone",
    "a drained node: start it again",
  ],
};
