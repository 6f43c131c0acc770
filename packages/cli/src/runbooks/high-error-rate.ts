import type { Evidence } from "./evidence.ts";
import { objectiveCheck } from "./objective-check.ts";
import type { Fault, LookedAt, Remedy, Runbook } from "./runbook.ts";
import { percent, sharesBy } from "./shares.ts";
import type { TaskSample } from "./task-sample.ts";

const FEWEST_FAILURES = 3;
const DAY_MS = 86_400_000;

const failuresOf = ({ tasks }: Evidence): readonly TaskSample[] =>
  tasks.filter(({ status }) => status === "failed" || status === "expired");

const codeOf = ({ error, status }: TaskSample): string => error?.code ?? status;
const nodeOf = ({ hops }: TaskSample): string => hops.at(-1)?.node ?? "";
const roleOf = ({ error, hops }: TaskSample): string => error?.role ?? hops.at(-1)?.role ?? "";

const pause = (role: string): Remedy => ({
  text: `pause ${role}: its messages wait instead of failing, until the cause is mended`,
  operation: { kind: "pause", body: { role } },
  rollBack: `troupe resume ${role}`,
});
const restart = (role: string): Remedy => ({
  text: `new instances of ${role}: for what went wrong in their memory`,
  operation: { kind: "restart", body: { target: role } },
});
const byHand = (text: string): Remedy => ({ text });

/** What a failure's code says of its cause, and what helps. */
const CAUSES: readonly {
  readonly codes: RegExp;
  readonly fault: string;
  readonly says: string;
  remedies(role: string): readonly Remedy[];
}[] = [
  {
    codes: /^model_(unavailable|refused)$/,
    fault: "model_down",
    says: "its model endpoint does not answer, or refuses",
    remedies: (role) => [
      pause(role),
      byHand("`troupe doctor` tries each endpoint and key"),
      byHand("give the alias a `fallback`, or the role `whenDown: wait`, and deploy"),
    ],
  },
  {
    codes: /^model_output_invalid$/,
    fault: "model_answers_badly",
    says: "its model's answers do not have the form that the role asks for",
    remedies: () => [byHand("tighten the role's instructions or take a better model, and deploy")],
  },
  {
    codes: /^budget_exceeded$/,
    fault: "budget_spent",
    says: "a budget has no room for its model calls",
    remedies: () => [byHand("`troupe budgets` says which; wait for its next window, or raise it and deploy")],
  },
  {
    codes: /^(deadline_exceeded|expired)$/,
    fault: "deadlines_missed",
    says: "its tasks take longer than their callers give them",
    remedies: () => [byHand("`troupe runbook diagnose high_latency`")],
  },
  {
    codes: /^(poison_message|handler_stuck)$/,
    fault: "handler_crashes",
    says: "its handler hangs, or takes its process down",
    remedies: (role) => [restart(role), pause(role)],
  },
  {
    codes: /^tool_failed$/,
    fault: "tool_fails",
    says: "a tool that it calls fails",
    remedies: (role) => [pause(role), byHand("`troupe task log ID` shows the call and what it answered")],
  },
  {
    codes: /^(edge_revoked|taint_refused|forbidden)$/,
    fault: "not_allowed",
    says: "it tries what the graph or a label forbids",
    remedies: () => [
      byHand("`troupe graph --running` shows revoked edges; deploy a graph that allows it, or mend the role"),
    ],
  },
  { codes: /./, fault: "role_fails", says: "its handler fails", remedies: (role) => [restart(role), pause(role)] },
];

/** Which role fails with what: the commonest pair. */
function byCause(evidence: Evidence): LookedAt {
  const failures = failuresOf(evidence);
  const ended = evidence.tasks.length;
  if (failures.length === 0) return { text: `none of the last ${ended} ended tasks failed` };
  const [first] = sharesBy(failures, (task) => `${codeOf(task)} ${roleOf(task)}`);
  const sample = failures.find((task) => `${codeOf(task)} ${roleOf(task)}` === first?.key);
  if (!first || !sample) return { text: `${failures.length} of ${ended} failed` };
  const [code, role] = [codeOf(sample), roleOf(sample)];
  const cause = CAUSES.find(({ codes }) => codes.test(code));
  const what = `${first.amount} of ${failures.length} failures of the last ${ended} tasks are ${code} of ${role}`;
  const text = `${what}, such as ${sample.id}: ${(sample.error?.message ?? sample.status).slice(0, 200)}`;
  if (!cause || failures.length < FEWEST_FAILURES) return { text };
  const says = `${role} fails with ${code}: ${cause.says}`;
  return { text, fault: { name: cause.fault, text: says, share: 0.9 * first.share, remedies: cause.remedies(role) } };
}

/** Endpoints that nodes have found not to work. */
function dependencies({ health }: Evidence): LookedAt {
  const down = health.dependencies.filter(({ up }) => !up);
  if (down.length === 0) return { text: "no dependency is known to be down" };
  const names = down.map(({ name, reason }) => (reason === null ? name : `${name} (${reason})`)).join(", ");
  const isModel = down.some(({ kind }) => kind === "model");
  const text = `down on every node that uses it: ${names}`;
  if (!isModel) return { text };
  const remedies = [
    byHand("`troupe doctor` tries each endpoint and key"),
    byHand("give its alias a `fallback`, and deploy"),
  ];
  return { text, fault: { name: "model_down", text: `model endpoint ${names}`, share: 0.7, remedies } };
}

/** Whether it fails on one node only. */
function byNode(evidence: Evidence): LookedAt {
  const failures = failuresOf(evidence).filter((task) => nodeOf(task) !== "");
  const [first] = sharesBy(failures, nodeOf);
  const others = evidence.tasks.filter((task) => nodeOf(task) !== first?.key && task.status === "completed").length;
  if (!first) return { text: "no failure can be told by its node" };
  const text = `${percent(first.share)} of failures ended on ${first.key}; ${others} tasks completed on other nodes`;
  if (first.share < 0.9 || failures.length < FEWEST_FAILURES || others < FEWEST_FAILURES) return { text };
  const failedThere = first.amount / Math.max(1, evidence.tasks.filter((task) => nodeOf(task) === first.key).length);
  const remedy: Remedy = {
    text: `drain ${first.key}: its replicas move elsewhere, and it leaves`,
    operation: { kind: "drain", body: { node: first.key } },
    rollBack: "start the node again: troupe node --name NAME",
  };
  return {
    text,
    fault: { name: "bad_node", text: `only ${first.key} fails`, share: 0.95 * failedThere, remedies: [remedy] },
  };
}

const failureRate = (some: readonly TaskSample[]) =>
  some.filter(({ status }) => status === "failed").length / Math.max(1, some.length);

/** Whether it began with the version that runs. */
function byVersion(evidence: Evidence): LookedAt {
  const { deployment, tasks, nowMs } = evidence;
  if (!deployment) return { text: "no system is deployed" };
  const age = nowMs - deployment.deployedAtMs;
  const text = `version ${deployment.version} was deployed ${Math.round(age / 60_000)} min ago`;
  const of = (isCurrent: boolean) => tasks.filter(({ version }) => (version === deployment.version) === isCurrent);
  const [now, before] = [of(true), of(false)];
  if (age > DAY_MS || before.length < FEWEST_FAILURES || now.length < FEWEST_FAILURES) return { text };
  const rates = `${percent(failureRate(now))} of its tasks fail, ${percent(failureRate(before))} of those of the version before`;
  if (failureRate(now) < 0.2 || failureRate(now) < 5 * failureRate(before)) return { text: `${text}; ${rates}` };
  const remedies = [
    byHand("deploy the file of the version before again: `troupe deploy FILE`; running tasks stay on theirs"),
  ];
  const fault: Fault = {
    name: "bad_deployment",
    text: `it began with ${deployment.version}: ${rates}`,
    share: 0.98,
    remedies,
  };
  return { text: `${text}; ${rates}`, fault };
}

/** Whether something is missing that should run. */
function cluster({ health, actors }: Evidence): LookedAt {
  const gone = actors.filter(({ state }) => state === "quarantined" || state === "unplaced").map(({ id }) => id);
  const { dead, suspect, up } = health.nodes;
  const text = `${up} nodes up, ${suspect} suspect, ${dead} dead; ${gone.length} replicas without a place`;
  if (gone.length === 0 && dead === 0) return { text };
  const roles = [...new Set(gone.map((id) => id.split("/")[1] ?? ""))];
  const remedies = [...roles.map(restart), byHand("`troupe placement` says what a replica lacks; docs/a-node-died.md")];
  const what = gone.length > 0 ? `${gone.join(", ")} do not run` : `${dead} nodes are dead`;
  return { text, fault: { name: "capacity_lost", text: what, share: 0.4, remedies } };
}

export const HIGH_ERROR_RATE: Runbook = {
  name: "high_error_rate",
  objective: "errors",
  title: "Too many tasks fail",
  symptoms: [
    "alert `slo_missed` or `slo_burn_fast` about `errors` or `availability`, or `task_errors`",
    "callers get `failed`; `troupe task list --status failed` grows",
  ],
  checks: [
    objectiveCheck("errors"),
    { name: "cause", looksAt: "the last ended tasks: which role fails, and with which code", look: byCause },
    { name: "dependencies", looksAt: "model endpoints, as the nodes have found them", look: dependencies },
    { name: "node", looksAt: "whether failures end on one node while others do well", look: byNode },
    { name: "version", looksAt: "whether they began with the version that runs", look: byVersion },
    { name: "cluster", looksAt: "nodes that are dead, replicas that do not run", look: cluster },
  ],
  remedies: [
    "stop the damage first: `troupe pause ROLE` lets messages wait instead of failing",
    "then the cause: endpoint, key, tool, node, or the last deployment",
    "run what failed again: `troupe task retry ID`",
  ],
  escalation: [
    "5 min, still failing: whoever is on call for the system",
    "15 min, and the cause is a model or a tool: its provider's support, with the error that the runbook shows",
    "30 min, or `critical` health: whoever owns the platform; announce it to callers",
  ],
  rollBack: [
    "`troupe resume ROLE` when the cause is mended: what waited is taken up",
    "a bad version: deploy the file of the one before; running tasks end on the version that they began with",
  ],
};
