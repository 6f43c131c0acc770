/**
 * What must hold of every run, whatever failed in it: pure functions over its history. Each returns the violations that it finds; none
 * means that the invariant held. Each is proved able to fail in test/contract/invariants.test.ts, on histories with one defect.
 */
import type { TaskId } from "@troupe/runtime/internal";
import { type History, type HistoryRecord, type HopHistory, isCommit, type TaskHistory } from "./history.ts";

export interface Violation {
  readonly invariant: string;
  readonly task: string;
  readonly detail: string;
}

type Finding = string | undefined;

const named = (record: HistoryRecord) => `${record.at.name.class}.${record.at.name.kind}.${record.at.name.to}`;
const where = (hop: HopHistory) => `hop ${hop.hop} of ${hop.role}`;

/** Every accepted task has exactly one terminal record, and no task that nobody started has one, unless it was rejected. */
export function endsOnce(history: History, accepted: Iterable<TaskId>): Violation[] {
  const invariant = "ends once";
  const found: Violation[] = [];
  for (const task of accepted) {
    const known = history.tasks.get(task);
    if (!known?.start) found.push({ invariant, task, detail: "accepted, but its start is not in the log" });
    else if (known.ends.length === 0) found.push({ invariant, task, detail: "accepted, but has no terminal record" });
  }
  for (const { task, ends, start } of history.tasks.values()) {
    if (ends.length > 1) found.push({ invariant, task, detail: `${ends.length} terminal records` });
    if (ends.length > 0 && !start && !ends.every(isRejection))
      found.push({ invariant, task, detail: "has an end but no start" });
  }
  return found;
}

/** What was sent to a `queue` and is no task has this end and nothing else. */
const isRejection = ({ body }: HistoryRecord) => isObject(body) && body["status"] === "rejected";

/**
 * A step is recorded once: no number twice in one hop, and no name twice between two of its waits. Only for systems whose steps have names of
 * their own there.
 */
export const stepsOnce = (history: History): Violation[] =>
  perHop("steps once", history, (hop) => {
    const steps = hop.own.filter((r) => r.at.name.class === "s" && r.at.name.kind === "step");
    const names = steps.map((r) => `${stepName(r)}${inSegment(r)}`);
    const twice = firstTwice(steps.map((r) => r.at.name.to)) ?? firstTwice(names);
    return twice === undefined ? undefined : `${where(hop)}: step ${twice} recorded twice`;
  });

/** The own records of a hop are one chain: each names the one before it as its predecessor. */
export const oneChain = (history: History): Violation[] =>
  perHop("one chain", history, (hop) => {
    for (const [i, record] of hop.own.entries()) {
      const before = hop.own[i - 1];
      const expected = before ? named(before) : undefined;
      if (!record.header.writer) return `${where(hop)}: ${named(record)} names no writer`;
      const { previous } = record.header.writer;
      if (previous !== expected)
        return `${where(hop)}: ${named(record)} follows ${previous ?? "nothing"}, but the log has ${expected ?? "nothing"} before it`;
    }
    return undefined;
  });

/**
 * After a claim nothing is stored from an executor that the claim displaced, the terminal record included; and under one claim writes one
 * executor only. (A `got` repeats its predecessor's claim number, whoever writes it.)
 */
export const zombiesAreSilent = (history: History): Violation[] => [
  ...perHop("zombies are silent", history, silentInHop),
  ...perTask("zombies are silent", history, (task) => {
    for (const end of task.ends) {
      const hop = hopThatEnded(task, end);
      const claim = hop?.own.filter((r) => isClaim(r) && r.sequence < end.sequence).at(-1)?.header.writer;
      const writer = end.header.writer;
      if (hop && claim && writer && (writer.claim < claim.claim || writer.nonce !== claim.nonce))
        return `${where(hop)}: its end was stored from claim ${writer.claim} after claim ${claim.claim} of another executor`;
    }
    return undefined;
  }),
];

/** A hop commits once, and writes nothing after its commit. */
export const oneCommit = (history: History): Violation[] => [
  ...perHop("one commit", history, (hop) => {
    const first = hop.own.findIndex(isCommit);
    const commit = hop.own[first];
    const after = hop.own.slice(first + 1).find((r) => first >= 0 && !isAnswerOfDead(r));
    return after && commit ? `${where(hop)}: ${named(after)} stored after its commit ${named(commit)}` : undefined;
  }),
  ...perTask("one commit", history, (task) => {
    for (const end of task.ends) {
      const hop = hopThatEnded(task, end);
      const other = hop?.own.find((r) => isCommit(r) && named(r) !== "c.dead.0");
      if (hop && other) return `${where(hop)}: ended the task and also committed ${named(other)}`;
    }
    return undefined;
  }),
];

/** What a stored commit or wait promised was published: every output of `fan` and `wait` lies in the log under the hop it was promised for. */
export const outputsComplete = (history: History): Violation[] =>
  perTask("outputs complete", history, (task) => {
    for (const record of task.records) {
      for (const output of promised(record)) {
        const kind = record.at.name.kind === "fan" ? "fan" : "call";
        const published = task.records.filter(
          (r) => r.at.hop === output.hop && r.at.name.class === "m" && r.at.name.kind === kind,
        );
        if (published.length !== 1)
          return `${named(record)} promised ${output.to} in hop ${output.hop}: published ${published.length} times`;
      }
    }
    return undefined;
  });

/** Every record of the log can be read. */
export const allReadable = (history: History): Violation[] =>
  history.unreadable.map((subject) => ({ invariant: "all readable", task: "?", detail: subject }));

/** How long each task that was open at a fault took to end after the first such fault, ms. Times are the server's, the faults' of the same machine. */
export function delaysAfter(history: History, faultsAtMs: readonly number[]): Map<TaskId, number> {
  const delays = new Map<TaskId, number>();
  for (const task of history.tasks.values()) {
    const started = task.start?.storedAtMs;
    const ended = task.ends[0]?.storedAtMs ?? Number.POSITIVE_INFINITY;
    if (started === undefined) continue;
    const fault = faultsAtMs.find((at) => at >= started && at <= ended);
    if (fault !== undefined) delays.set(task.task, ended - fault);
  }
  return delays;
}

/** Every task that was open at a fault ended within `limitMs` of it. */
export function endsSoonAfter(history: History, faultsAtMs: readonly number[], limitMs: number): Violation[] {
  const found: Violation[] = [];
  for (const [task, delay] of delaysAfter(history, faultsAtMs)) {
    if (delay > limitMs)
      found.push({ invariant: "ends soon", task, detail: `${Math.round(delay)} ms after the fault` });
  }
  return found;
}

/** All invariants that hold of any system; `accepted` are the tasks that clients were told are accepted. */
export function violationsOf(history: History, accepted: Iterable<TaskId>): Violation[] {
  return [
    ...allReadable(history),
    ...endsOnce(history, accepted),
    ...stepsOnce(history),
    ...oneChain(history),
    ...zombiesAreSilent(history),
    ...oneCommit(history),
    ...outputsComplete(history),
  ];
}

/** What a parked hop still owes whoever called it: an output of its dead letter. */
const isAnswerOfDead = ({ at: { name }, header }: HistoryRecord) =>
  name.class === "m" && name.kind === "reply" && header.writer?.previous === "c.dead.0";

const isClaim = (record: HistoryRecord) => record.at.name.class === "c" && record.at.name.kind === "claim";

function silentInHop(hop: HopHistory): Finding {
  let held = 0;
  const holders = new Map<number, string>();
  for (const record of hop.own) {
    const writer = record.header.writer;
    if (!writer) return `${where(hop)}: ${named(record)} names no writer`;
    if (writer.claim < held)
      return `${where(hop)}: ${named(record)} of claim ${writer.claim} stored after claim ${held}`;
    held = writer.claim;
    // What a dead letter owes is a function of it alone: whoever comes by publishes it, under the dead one's claim.
    if (record.at.name.kind === "got" || isAnswerOfDead(record)) continue;
    const holder = holders.get(writer.claim);
    if (holder !== undefined && holder !== writer.nonce)
      return `${where(hop)}: ${named(record)} by a second executor under claim ${writer.claim}`;
    if (holder === undefined && writer.claim > 0 && !isClaim(record))
      return `${where(hop)}: ${named(record)} under claim ${writer.claim}, which nobody made`;
    holders.set(writer.claim, writer.nonce);
  }
  return undefined;
}

/** The hop whose executor wrote the task's end: the only one of the role that the end names, else the one with the writer's nonce. */
function hopThatEnded(task: TaskHistory, end: HistoryRecord): HopHistory | undefined {
  const writer = end.header.writer;
  if (!writer) return undefined;
  const byNonce = task.hops.find((hop) => hop.own.some((r) => r.header.writer?.nonce === writer.nonce));
  if (byNonce) return byNonce;
  const by = isObject(end.body) ? end.body["by"] : undefined;
  const ofRole = task.hops.filter((hop) => hop.role === by && !hop.own.some((r) => named(r).startsWith("m.send")));
  return ofRole.length === 1 ? ofRole[0] : undefined;
}

function* promised(record: HistoryRecord): Generator<{ hop: string; to: string }> {
  const { name } = record.at;
  if (name.class !== "c" || (name.kind !== "fan" && name.kind !== "wait") || !isObject(record.body)) return;
  const outputs = record.body[name.kind === "fan" ? "outputs" : "for"];
  if (!Array.isArray(outputs)) return;
  for (const output of outputs as unknown[]) {
    if (isObject(output) && typeof output["hop"] === "string" && typeof output["to"] === "string")
      yield { hop: output["hop"], to: output["to"] };
  }
}

const inSegment = ({ header: { writer } }: HistoryRecord): string =>
  writer === undefined || writer.segment === 0 ? "" : ` after wait ${writer.segment}`;

function stepName(record: HistoryRecord): string {
  const name = isObject(record.body) ? record.body["name"] : undefined;
  return typeof name === "string" ? `"${name}"` : `number ${record.at.name.to}`;
}

function firstTwice(names: readonly string[]): string | undefined {
  return names.find((name, i) => names.indexOf(name) !== i);
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function perTask(invariant: string, history: History, find: (task: TaskHistory) => Finding): Violation[] {
  const found: Violation[] = [];
  for (const task of history.tasks.values()) {
    const detail = find(task);
    if (detail !== undefined) found.push({ invariant, task: task.task, detail });
  }
  return found;
}

function perHop(invariant: string, history: History, find: (hop: HopHistory) => Finding): Violation[] {
  const found: Violation[] = [];
  for (const task of history.tasks.values()) {
    for (const hop of task.hops) {
      const detail = find(hop);
      if (detail !== undefined) found.push({ invariant, task: task.task, detail });
    }
  }
  return found;
}
