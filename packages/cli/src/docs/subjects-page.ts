import {
  type AgentVerb,
  isHopId,
  isSessionKey,
  requireTaskId,
  roleAgentSubject,
  SUPERVISOR_OPERATOR_VERBS,
  SUPERVISOR_READ_VERBS,
  Subjects,
  TASK_VERBS,
} from "@troupe/runtime/internal";
import { markdownTable } from "./markdown-table.ts";

/** The text as what it is checked to be. */
function sample<T extends string>(is: (text: string) => text is T, text: string): T {
  if (!is(text)) throw new TypeError(`${text} is no sample`);
  return text;
}

type Row = readonly [subject: string, kind: string, meaning: string];

const SYSTEM = "system-placeholder";
const { id: TASK } = requireTaskId(`0-v1-${"0".repeat(26)}`);
const HOP = sample(isHopId, "0".repeat(26));
const SESSION = sample(isSessionKey, "1".repeat(26));
const subjects = new Subjects(SYSTEM);

/** Sample tokens back to what they stand for. Longest first: the task id holds shard and version. */
const named = (subject: string): string =>
  subject
    .replaceAll(`log.0.v1.${TASK}`, "log.<shard>.<version>.<task>")
    .replaceAll("log.0.all", "log.<shard>.all")
    .replaceAll("log.0.v1", "log.<shard>.<version>")
    .replaceAll(TASK, "<task>")
    .replaceAll(HOP, "<hop>")
    .replaceAll(SESSION, "<session>")
    .replaceAll("role-r", "<role>")
    .replaceAll("role-t", "<to>")
    .replaceAll("node-n", "<node>")
    .replaceAll("limit-l.key-k.0", "<limit>.<key>.<window>")
    .replaceAll(SYSTEM, "<sys>");

const clientRows = (): readonly Row[] => [
  [subjects.tasks("role-r", "submit"), "request", 'stores the task, then answers `{task_id, status: "accepted"}`'],
  [subjects.tasks("role-r", "run"), "request", "acknowledges, streams events, then the result and an empty message"],
  [subjects.tasks("role-r", "queue"), "publish", "stored by the ingress stream, run when there is room"],
  ...TASK_VERBS.map((verb): Row => [subjects.taskVerb(verb), "request", TASK_MEANING[verb]]),
  ...AGENT_VERBS.map(
    ([verb, name, kind, meaning]): Row => [roleAgentSubject(verb, subjects.system, name), kind, meaning],
  ),
  ...SUPERVISOR_READ_VERBS.map(
    (verb): Row => [subjects.supervisor(verb), "request", `what the supervisor knows: ${verb}`],
  ),
];

/** The Agent Protocol for NATS. */
const AGENT_VERBS: readonly (readonly [verb: AgentVerb, name: string, kind: string, meaning: string])[] = [
  [
    "prompt",
    "role-r",
    "request",
    "a prompt to the role as an agent: a task, its answer streamed ([agents](nats-agents.md))",
  ],
  ["status", "role-r", "request", "answered with a heartbeat of the agent"],
  ["hb", "role-r", "publish", "heartbeats of the agent, by the gateways"],
  ["answer", "<token>", "publish", "the answer to a question in a stream, which names it"],
];

const TASK_MEANING: Readonly<Record<(typeof TASK_VERBS)[number], string>> = {
  get: "the task as it is now",
  list: "open and recent tasks, by pages",
  watch: "its events from a sequence on, until it ends",
  cancel: "ends it as `cancelled`; the answer confirms it",
  log: "its records, by pages",
  signal: "the answer to a role that waits for a signal",
  retry: "runs a finished task's input again as a new task; asking twice gives the same one",
};

const WRITE_MEANING: Partial<Readonly<Record<(typeof SUPERVISOR_OPERATOR_VERBS)[number], string>>> = {
  revoke_edge: "cuts an edge of the graph in every version that runs",
  audit_head: "seals the audit, and answers how far it reaches, signed",
  slo: "how the service level objectives are kept",
  approvals: "what waits for people; clients that may see it ask `<sys>.approvals.list`",
  dead_letters: "hops that were parked, newest first",
  dead_letter: "one of them: reason, message, path, and what its hop had done",
  dead_letter_retry: "gives its message to its role again: as it was, edited, or on another model",
  dead_letter_answer: "completes its task with a person's result",
  dead_letter_drop: "ends its task as failed",
  usage: "what model calls used and cost, by tenant, user, role, model and day",
};

const operatorRows = (): readonly Row[] => [
  ...SUPERVISOR_OPERATOR_VERBS.map(
    (verb): Row => [subjects.supervisor(verb), "request", WRITE_MEANING[verb] ?? `asks the supervisor to ${verb}`],
  ),
  [subjects.approvalVerb("list"), "request", "what waits for people's approval, oldest first"],
  [subjects.approvalVerb("show"), "request", "one of them: the exact act, its hash, who may decide and who has"],
  [subjects.approvalVerb("decide"), "request", "approve or deny the act with this hash; the first decision stands"],
  [
    subjects.auditEntry("node"),
    "publish",
    "entries of the audit, one subject a source; a source cannot write another's",
  ],
  [subjects.auditCheckpoint(), "publish", "signed checkpoints over the audit"],
  [subjects.node("node-n", "probe"), "request", "answers at once when the node lives"],
  [subjects.node("node-n", "held"), "request", "which deliveries the node holds"],
  [subjects.node("node-n", "drain"), "request", "take no more, finish, leave"],
  [subjects.node("node-n", "stop"), "request", "stop now and give back what runs"],
  [
    subjects.node("node-n", "declared_dead"),
    "request",
    "the leader's word that this life of the node is over; another one joins",
  ],
  [subjects.identities("issue"), "request", "accounts and keys for the roles of a version; for the supervisor"],
  [subjects.identities("revoke"), "request", "takes them away again"],
  [subjects.identities("list"), "request", "versions whose roles have accounts"],
];

const logRows = (): readonly Row[] => [
  [subjects.start(TASK, "role-r"), "start", "the client's message that starts a task"],
  [
    subjects.record(TASK, HOP, "role-r", { class: "m", kind: "send", to: "role-t" }),
    "mailbox",
    "one message onward: commit of the hop and message in one",
  ],
  [
    subjects.record(TASK, HOP, "role-r", { class: "m", kind: "fan", to: "role-t" }),
    "mailbox",
    "one of several outputs of a fan-out, under the receiver's new hop",
  ],
  [
    subjects.record(TASK, HOP, "role-r", { class: "m", kind: "call", to: "role-t" }),
    "mailbox",
    "a question to a role that is waited for",
  ],
  [
    subjects.record(TASK, HOP, "role-r", { class: "m", kind: "reply", to: "role-t" }),
    "mailbox",
    "its answer; from `timer` or `human` for sleeps, signals, approvals",
  ],
  [
    subjects.record(TASK, HOP, "supervisor", { class: "m", kind: "again1", to: "role-t" }),
    "mailbox",
    "a copy by the supervisor: a redelivery of the original",
  ],
  ...(["fan", "wait", "got", "claim", "dead"] as const).map(
    (kind): Row => [
      subjects.record(TASK, HOP, "role-r", { class: "c", kind, to: "0" }),
      "control",
      CONTROL_MEANING[kind],
    ],
  ),
  ...(["step", "begin", "fail", "emit"] as const).map(
    (kind): Row => [subjects.record(TASK, HOP, "role-r", { class: "s", kind, to: "1" }), "journal", STEP_MEANING[kind]],
  ),
  [subjects.done(TASK), "end", "the one end of the task, the same subject for every writer"],
  [subjects.stateRevision(0, SESSION, "role-r", 1), "state", "one revision of a role's state in a session"],
  [subjects.turn(0, SESSION, 1), "turn", "a task of a session, waiting for the one before it"],
];

const CONTROL_MEANING = {
  fan: "commit with several outputs",
  wait: "the hop leaves memory until answers have come",
  got: "an answer that does not yet complete the join",
  claim: "take-over by another executor, or continuation of a wait",
  dead: "parked, with the error code",
} as const;

const STEP_MEANING = {
  step: "the recorded result of effect n",
  begin: "intent before an effect that must not be repeated",
  fail: "attempt n of the handler failed",
  emit: "a durable progress event",
} as const;

const coreRows = (): readonly Row[] => [
  [subjects.heartbeat("node-n"), "publish", "what a node is and does, every 500 ms"],
  [subjects.live("<role>"), "publish", "something was recorded of these tasks: a hint without content"],
  [subjects.tokens(TASK, HOP), "publish", "model tokens as they come"],
  [subjects.doneEvent(TASK), "republish", "headers of a task's end, by the server"],
  [subjects.count("limit-l", "key-k", 0), "counter", "how often gateways saw one caller in one window of a limit"],
  [subjects.alert("<name>"), "publish", "an alert has begun or is over (docs/alerts.md)"],
  [subjects.control("ended"), "publish", "a task has ended: whoever runs a part of it stops"],
];

const table = (rows: readonly Row[]): readonly string[] => [
  ...markdownTable(
    ["subject", "kind", "meaning"],
    rows.map(([subject, kind, meaning]) => [`\`${named(subject)}\``, kind, meaning]),
  ),
  "",
];

/** `docs/subjects.md`: every subject, from the one builder of subjects. */
export function subjectsPage(): string {
  return [
    "# Subjects",
    "",
    "Generated from `packages/runtime/src/contracts/subjects.ts` by `npm run docs`; do not edit.",
    "",
    "`<sys>` is the name of the system, `troupe` by default. A task id is `<shard>-<version>-<26 characters>`, so whoever has one knows",
    "where its records are. All services answer the NATS micro protocol (`nats micro ls`).",
    "",
    "## For clients",
    "",
    ...table(clientRows()),
    "## For operators",
    "",
    ...table(operatorRows()),
    "## The task log",
    "",
    "Every subject is written once. `<from>` is the writer's role; an account can only write its own.",
    "",
    ...table(logRows()),
    "## Core NATS: may be lost, nothing depends on it",
    "",
    ...table(coreRows()),
  ].join("\n");
}
