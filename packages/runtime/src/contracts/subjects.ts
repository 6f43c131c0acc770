/**
 * The only builder and parser of subjects (DESIGN §4).
 *
 *     <sys>.log.<shard>.<version>.<task>.<hop>.<from>.<class>.<kind>.<to>     the task log
 *     <sys>.tasks.<role>.{submit,run,queue}   <sys>.task.<verb>               what clients call
 *     <sys>.supervisor.<verb>   <sys>.node.<node>.<verb>                      what operators call
 *     <sys>.heartbeat.<node>   <sys>.live.<role>   <sys>.tokens.<task>.<hop>  core NATS, may be lost
 *
 * Nothing else in the project writes or splits a subject by hand; what the tokens of the log mean is in log-subject.ts.
 */
import { type HopId, isHopId, parseTaskId, type SessionKey, type TaskId, type Version } from "../ids.ts";
import { AUDIT_SOURCES, type AuditSource } from "./audit.ts";
import {
  type EightTokens,
  type LogSubject,
  logSubjectOf,
  type SessionSubject,
  sessionSubjectOf,
} from "./log-subject.ts";
import { isNodeName } from "./names.ts";
import { NUMBER, type RecordName } from "./record-name.ts";
import type { BucketName, StreamName } from "./stores.ts";
import type { ApprovalVerb, NodeVerb, TaskVerb } from "./verbs.ts";

/** All subjects, stream and consumer names of one system. */
export class Subjects {
  readonly system: string;
  readonly #upper: string;

  /** `system` must be a valid system name; the caller has checked it. */
  constructor(system: string) {
    this.system = system;
    this.#upper = system.toUpperCase().replaceAll("-", "_");
  }

  // the task log

  /** Everything of one task. */
  task(task: TaskId): string {
    const { shard, version } = this.#place(task);
    return `${this.system}.log.${shard}.${version}.${task}`;
  }
  hop(task: TaskId, hop: HopId): string {
    return `${this.task(task)}.${hop}`;
  }
  /** Filter over the own records of a hop's role: the fence's subject string, always exactly this. */
  own(task: TaskId, hop: HopId, role: string): string {
    return `${this.task(task)}.${hop}.${role}.>`;
  }
  /** Subject of a record under a hop. */
  record(task: TaskId, hop: HopId, from: string, name: RecordName): string {
    return `${this.task(task)}.${hop}.${from}.${name.class}.${name.kind}.${name.to}`;
  }
  /** Subject of one of the records under the filter that {@link own} built; `label` is its name as text. */
  ownRecord(own: string, label: string): string {
    return own.slice(0, -1) + label;
  }
  /** The one end of a task, the same for every writer. */
  done(task: TaskId): string {
    return `${this.task(task)}.end.end.t.done.client`;
  }
  /** The client's message that starts a task. */
  start(task: TaskId, door: string): string {
    return `${this.task(task)}.start.client.m.send.${door}`;
  }
  /** A mailbox: all messages to one role, or to one variant of it. One filter, on purpose (measured.md). */
  mailbox(shard: number, version: Version, mailbox: string): string {
    return `${this.system}.log.${shard}.${version}.*.*.*.m.*.${mailbox}`;
  }
  /** All records of a name over all tasks of a shard; for the observer. */
  everywhere(shard: number, name: string): string {
    return `${this.system}.log.${shard}.*.*.*.*.${name}`;
  }
  /** All records of a name by one writer over all tasks of a shard; for the observer. */
  writtenBy(shard: number, from: string, name: string): string {
    return `${this.system}.log.${shard}.*.*.*.${from}.${name}`;
  }
  stateRevision(shard: number, session: SessionKey, role: string, revision: number): string {
    return `${this.system}.log.${shard}.all.${session}.state.${role}.v.rev.${revision}`;
  }
  stateOf(shard: number, session: SessionKey, role: string): string {
    return `${this.system}.log.${shard}.all.${session}.state.${role}.>`;
  }
  turn(shard: number, session: SessionKey, turn: number): string {
    return `${this.system}.log.${shard}.all.${session}.queue.client.v.turn.${turn}`;
  }
  turns(shard: number, session: SessionKey): string {
    return `${this.system}.log.${shard}.all.${session}.queue.client.>`;
  }

  // streams, consumers, buckets

  logStream(shard: number): string {
    return `${this.#upper}_LOG_${shard}`;
  }
  /** INGRESS captures `<sys>.tasks.*.queue` and `<sys>.ingress.>`. */
  stream(name: StreamName): string {
    return `${this.#upper}_${name}`;
  }
  /** The log stream that holds a subject of the task log, or a filter with a literal shard; `undefined` for anything else. */
  logStreamOf(subject: string): string | undefined {
    const [system, log, shard = ""] = subject.split(".", 3);
    return system === this.system && log === "log" && NUMBER.test(shard) ? this.logStream(Number(shard)) : undefined;
  }
  /** The durable of a mailbox in one shard's log stream. */
  durable(version: Version, mailbox: string): string {
    return `${version}-${mailbox}`;
  }
  bucket(name: BucketName): string {
    return `${this.system}-${name}`;
  }
  /** The stream under a bucket. */
  bucketStream(name: BucketName): string {
    return `KV_${this.bucket(name)}`;
  }
  /** The row of a bucket. */
  row(name: BucketName, key: string): string {
    return `$KV.${this.bucket(name)}.${key}`;
  }
  /** Headers-only notice that a row of a bucket has changed; `>` for all keys. */
  rowChanged(name: BucketName, key: string): string {
    return `${this.system}.kv.${this.bucket(name)}.${key}`;
  }

  // core subjects

  tasks(role: string, verb: "submit" | "run" | "queue"): string {
    return `${this.system}.tasks.${role}.${verb}`;
  }
  /** Role of a `<sys>.tasks.<role>.<verb>` subject, as the client wrote it; `undefined` when it is none. */
  parseTasks(subject: string): string | undefined {
    const [system, tasks, role, verb, rest] = subject.split(".");
    return system === this.system && tasks === "tasks" && verb !== undefined && rest === undefined ? role : undefined;
  }
  /**
   * An accepted task that is not in the log yet, in the INGRESS stream: one that waits for admission, by its class (a durable of that name
   * each), or one that waits for its turn in a `session` (no durable; the turn starts it).
   */
  waiting(place: "interactive" | "normal" | "batch" | "session" | "*", task: TaskId): string {
    return `${this.system}.ingress.${place}.${task}`;
  }
  taskVerb(verb: TaskVerb): string {
    return `${this.system}.task.${verb}`;
  }
  approvalVerb(verb: ApprovalVerb): string {
    return `${this.system}.approvals.${verb}`;
  }
  supervisor(verb: string): string {
    return `${this.system}.supervisor.${verb}`;
  }
  node(node: string, verb: NodeVerb): string {
    return `${this.system}.node.${node}.${verb}`;
  }
  /** What the administrator of the server's accounts answers; for CORE only. */
  identities(verb: "issue" | "revoke" | "retire" | "void" | "rotate" | "list"): string {
    return `${this.system}.identities.${verb}`;
  }
  /** Where a node asks for the credentials of the roles that it plays; the name is its own. */
  credentials(node: string): string {
    return `${this.system}.credentials.${node}`;
  }
  /** Whose name stands there; `undefined` when it is no such subject. */
  parseCredentials(subject: string): string | undefined {
    const [system, kind, node = "", rest] = subject.split(".");
    return system === this.system && kind === "credentials" && rest === undefined && isNodeName(node)
      ? node
      : undefined;
  }
  heartbeat(node: string): string {
    return `${this.system}.heartbeat.${node}`;
  }
  /** "Something was recorded of these tasks": what a role, or the gateways, tell those who watch. `*` = all of them. */
  live(from: string): string {
    return `${this.system}.live.${from}`;
  }
  tokens(task: TaskId, hop: HopId): string {
    return `${this.system}.tokens.${task}.${hop}`;
  }
  /** All token chunks of a task. */
  tokensOf(task: TaskId): string {
    return `${this.system}.tokens.${task}.*`;
  }
  /** Hop of a token chunk's subject; `undefined` when it is none. */
  parseTokens(subject: string): HopId | undefined {
    const [system, kind, task = "", hop = "", rest] = subject.split(".");
    if (system !== this.system || kind !== "tokens" || rest !== undefined) return undefined;
    return parseTaskId(task) && isHopId(hop) ? hop : undefined;
  }
  /** Done events of all tasks. */
  doneEvents(): string {
    return `${this.system}.events.done.*`;
  }
  /** Task of a done event's subject; `undefined` when it is none. */
  parseDoneEvent(subject: string): TaskId | undefined {
    const [system, events, done, task = "", rest] = subject.split(".");
    if (system !== this.system || events !== "events" || done !== "done" || rest !== undefined) return undefined;
    return parseTaskId(task)?.id;
  }
  /** Headers-only republish of a task's `done`. */
  doneEvent(task: TaskId): string {
    return `${this.system}.events.done.${task}`;
  }
  control(verb: "ended" | "died" | "pause" | "resume"): string {
    return `${this.system}.control.${verb}`;
  }
  /** A control-plane event, kept for 30 days. */
  controlEvent(name: string): string {
    return `${this.system}.control.event.${name}`;
  }
  /** Entries of the audit stream by one source: who may write there is the server's to check. */
  auditEntry(source: AuditSource): string {
    return `${this.system}.audit.entry.${source}`;
  }
  /** Source of an entry's subject; `undefined` when it is none. */
  parseAuditEntry(subject: string): AuditSource | undefined {
    return AUDIT_SOURCES.find((source) => subject === this.auditEntry(source));
  }
  /** Signed checkpoints over the audit stream. */
  auditCheckpoint(): string {
    return `${this.system}.audit.checkpoint`;
  }
  /** Everything of the audit stream. */
  audit(): string {
    return `${this.system}.audit.>`;
  }
  /** Beginnings and ends of alerts of a name (`*`: of all); core, may be lost. */
  alert(name: string): string {
    return `${this.system}.alerts.${name}`;
  }
  key(hash: string): string {
    return `${this.system}.key.${hash}`;
  }
  /** A part of a finished task, packed; in the ARCHIVE stream. */
  archive(task: TaskId, part: number | "*"): string {
    return `${this.system}.archive.${task}.${part}`;
  }
  /** The first parts of all archived tasks. */
  archivedFirstParts(): string {
    return `${this.system}.archive.*.0`;
  }
  /** Task of an archived part; `undefined` when the subject is none. */
  parseArchivedTask(subject: string): TaskId | undefined {
    return this.parseArchive(subject) === undefined ? undefined : parseTaskId(subject.split(".")[2] ?? "")?.id;
  }
  /** Number of an archived part; `undefined` when the subject is none. */
  parseArchive(subject: string): number | undefined {
    const [system, archive, task = "", part = "", rest] = subject.split(".");
    if (system !== this.system || archive !== "archive" || rest !== undefined) return undefined;
    return parseTaskId(task) && NUMBER.test(part) ? Number(part) : undefined;
  }
  /** A counter that gateways share: how often something happened to one key in one window of a limit; in the COUNTS stream. */
  count(limit: string, key: string, window: number): string {
    return `${this.system}.count.${limit}.${key}.${window}`;
  }
  blob(role: string, sha256: string, chunk: number | "*"): string {
    return `${this.system}.blob.${role}.${sha256}.${chunk}`;
  }
  /** A chunk of the code of a system, in the BUNDLES stream. */
  bundle(sha256: string, chunk: number | "*"): string {
    return `${this.system}.bundle.${sha256}.${chunk}`;
  }

  /** Parses a subject of the task log (not of sessions); `undefined` for anything else, hostile tokens included. */
  parseLog(subject: string): LogSubject | undefined {
    const tokens = this.#logTokens(subject);
    return tokens && logSubjectOf(tokens);
  }
  /** Parses a session's subject: a state revision or a waiting turn. */
  parseSession(subject: string): SessionSubject | undefined {
    const tokens = this.#logTokens(subject);
    return tokens && sessionSubjectOf(tokens);
  }

  /** The eight tokens after `<sys>.log`, or `undefined`. */
  #logTokens(subject: string): EightTokens | undefined {
    const [system, log, ...rest] = subject.split(".");
    return system === this.system && log === "log" && rest.length === 8 ? (rest as EightTokens) : undefined;
  }

  #place(task: TaskId): { shard: number; version: string } {
    const parsed = parseTaskId(task);
    // A TaskId is branded by its parser, so this is a programming error, never input.
    if (!parsed) throw new TypeError(`not a task id: ${task}`);
    return parsed;
  }
}
