/** Executors of one message that race on a real task log: every round delivers the same start message to several of them at once. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  type AppendOutcome,
  directGetAll,
  executeHop,
  formatTaskId,
  forward,
  type HopEnd,
  type HopPorts,
  type HopRole,
  hopId,
  type Link,
  RunningHops,
  START_HOP,
  type StoredRecord,
  type Subjects,
  storedRecord,
  systemClock,
  systemRandom,
  type TaskId,
  type TaskLog,
  type Version,
} from "@troupe/runtime/internal";
import { silentLogger } from "./nats-server.ts";

export interface RaceOptions {
  readonly log: TaskLog;
  readonly link: Link;
  readonly subjects: Subjects;
  /** Executors that get the message at the same time. */
  readonly rivals: number;
}

export interface RaceReport {
  readonly violations: readonly string[];
  /** The hop's own records. */
  readonly records: readonly StoredRecord[];
  readonly claims: number;
  readonly drops: number;
}

const VERSION = "v1" as Version;
const HOP_KEY = Buffer.alloc(32, 7);
const PASSPORT = { index: 0, tenant: "race", depth: 0, trail: [], taint: [], requires: [] };
const DEADLINE_MS = 60_000;

/** One round. The message is delivered again, as the store would, until an executor has acked it. */
export async function raceOnce(options: RaceOptions): Promise<RaceReport> {
  const { log, subjects, rivals } = options;
  const task = formatTaskId(0, VERSION, systemRandom.bytes(16));
  const start = await store(log, subjects, task);
  const deadline = performance.now() + DEADLINE_MS;
  let ends = await Promise.all(Array.from({ length: rivals }, () => deliver(start, true, options)));
  let drops = 0;
  for (;;) {
    drops += ends.filter(({ kind }) => kind === "dropped").length;
    if (ends.some(({ kind }) => kind === "committed" || kind === "settled")) break;
    if (performance.now() > deadline) throw new Error(`no executor finished ${task}: ${JSON.stringify(ends)}`);
    ends = await Promise.all([deliver(start, false, options), deliver(start, false, options)]);
  }
  const hop = hopId(HOP_KEY, task, START_HOP, 0);
  const records = await readHop(options.link, subjects.logStream(0), subjects.own(task, hop, "a"), deadline);
  const claims = records.filter(({ subject }) => subject.includes(".c.claim.")).length;
  return { violations: violationsOf(records), records, claims, drops };
}

/** The hop's own records, from a replica that shows its commit already. */
async function readHop(link: Link, stream: string, filter: string, deadline: number): Promise<readonly StoredRecord[]> {
  for (;;) {
    // A cluster between two leaders answers nothing, or what it had: read again.
    const messages = await directGetAll(link, stream, { filter }).catch(() => []);
    const records = messages.map(storedRecord);
    if (records.some(isCommit) || performance.now() > deadline) return records;
    await sleep(20);
  }
}

async function store(log: TaskLog, subjects: Subjects, task: TaskId): Promise<StoredRecord> {
  const record = {
    subject: subjects.start(task, "a"),
    header: { passport: PASSPORT },
    encoding: "json" as const,
    body: Buffer.from("{}"),
  };
  let outcome: AppendOutcome;
  do {
    outcome = await log.append(record);
    const stored = outcome.kind === "stored" || outcome.kind === "exists" ? await log.get(record.subject) : undefined;
    if (stored !== undefined) return stored;
    await sleep(20);
  } while (outcome.kind !== "refused");
  throw new Error(`the start of ${task} was refused: ${outcome.text}`);
}

let executions = 0;
const nothing = () => undefined;

async function effect(name: string, id: number): Promise<string> {
  await sleep(systemRandom.unit() * 4);
  return `${name} by ${id}`;
}

async function deliver(record: StoredRecord, isFirst: boolean, { log, subjects }: RaceOptions): Promise<HopEnd> {
  const id = ++executions;
  const role: HopRole = {
    subjects,
    version: VERSION,
    role: "a",
    mailbox: "a",
    hopKey: HOP_KEY,
    node: `n${id}`,
    incarnation: "1",
    targets: new Set(["b"]),
    limits: { hops: 50 },
    retry: { attempts: 3, baseMs: 10, factor: 2, maxMs: 100 },
    timeoutMs: 60_000,
    mailboxOf: (to) => to,
    instance: {
      receive: async (_, ctx) => {
        const first = await ctx.step("first", () => effect("first", id));
        const second = await ctx.step("second", () => effect("second", id));
        return forward("b", { first, second });
      },
    },
  };
  const ports: HopPorts = {
    log,
    clock: systemClock,
    random: systemRandom,
    running: new RunningHops({ clock: systemClock }),
    logger: silentLogger,
    maxAgeMs: 600_000,
    nonce: () => `x${id}`,
    isDead: () => false,
    hint: () => undefined,
    token: () => undefined,
  };
  const arrivedMs = systemClock.monotonicMs();
  return executeHop({ record, isFirst, arrivedMs, ack: nothing, working: nothing, giveBack: nothing }, role, ports);
}

const nameOf = ({ subject }: StoredRecord) => subject.split(".").slice(-3).join(".");
const bodyOf = (record: StoredRecord | undefined): Record<string, unknown> =>
  record === undefined ? {} : (JSON.parse(Buffer.from(record.body).toString()) as Record<string, unknown>);

const isCommit = (record: StoredRecord) => /^(m\.|c\.dead)/.test(nameOf(record));

/** What the protocol promises, on the hop's own records in the order of the stream. Pure. */
export function violationsOf(records: readonly StoredRecord[]): readonly string[] {
  const violations: string[] = [];
  const commits = records.filter(isCommit);
  if (commits.length !== 1) violations.push(`${commits.length} commits: ${records.map(nameOf).join(" ")}`);
  violations.push(...chainViolations(records));
  const sent = bodyOf(commits[0]);
  for (const [step, used] of [
    ["s.step.1", sent["first"]],
    ["s.step.2", sent["second"]],
  ] as const) {
    const recorded = bodyOf(records.find((record) => nameOf(record) === step))["value"];
    if (used !== recorded) violations.push(`the commit used ${String(used)}, ${step} says ${String(recorded)}`);
  }
  return violations;
}

/** Every record follows the one before it, and nobody writes after another's claim. */
function chainViolations(records: readonly StoredRecord[]): readonly string[] {
  const violations: string[] = [];
  let previous: StoredRecord | undefined;
  let owner = "";
  for (const record of records) {
    const writer = record.header?.writer;
    const name = nameOf(record);
    const expected = previous === undefined ? undefined : nameOf(previous);
    if (writer?.previous !== expected) violations.push(`${name} follows ${writer?.previous}, not ${expected}`);
    if (name.startsWith("c.claim")) owner = writer?.nonce ?? "";
    else if (owner !== "" && writer?.nonce !== owner) {
      violations.push(`${name} by ${writer?.nonce} after the claim of ${owner}`);
    }
    previous = record;
  }
  return violations;
}
