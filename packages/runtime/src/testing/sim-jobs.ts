/** What the core does in answer to records: timers, people, the sweeper, dead letters, turns, cancel. Every job is one write-once record. */
import { DeadBody, WaitBody } from "../contracts/bodies.ts";
import type { LogSubject } from "../contracts/log-subject.ts";
import type { TaskId } from "../ids.ts";
import type { NewRecord, StoredRecord, TaskLog } from "../log/task-log.ts";
import { SUBJECTS, simTask, startOf } from "./sim-place.ts";
import type { Scenario } from "./sim-scenario.ts";

export interface SimJob {
  readonly label: string;
  runs: number;
  run(log: TaskLog): Promise<void>;
}

const PASSPORT = { index: 0, tenant: "sim", depth: 0, trail: [], taint: [], requires: [] } as const;
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const json = (record: StoredRecord): unknown => JSON.parse(Buffer.from(record.body).toString());

/** Writes until the record is there, whoever wrote it. */
async function writeOnce(log: TaskLog, record: NewRecord): Promise<void> {
  for (;;) {
    const outcome = await log.append(record);
    if (outcome.kind === "stored") return;
    if (outcome.kind === "exists" && (await log.get(record.subject)) !== undefined) return;
  }
}

const job = (label: string, record: NewRecord): SimJob => ({ label, runs: 0, run: (log) => writeOnce(log, record) });

function done(task: TaskId, status: "failed" | "cancelled"): NewRecord {
  const body = bytes({
    status,
    error: { code: status === "failed" ? "handler_failed" : "cancelled", message: "" },
    by: "client",
  });
  return { subject: SUBJECTS.done(task), header: {}, encoding: "json", body };
}

/** What becomes due when a record is stored. */
function after(record: StoredRecord, scenario: Scenario): readonly SimJob[] {
  const at = SUBJECTS.parseLog(record.subject);
  if (at === undefined) return [];
  if (at.name.kind === "wait") return replies(record, at);
  if (at.name.kind === "dead") return deadLetter(record, at, scenario);
  if (at.name.kind === "done" && scenario.hasTurns === true) return nextTurn(at.task, scenario);
  return [];
}

function replies(record: StoredRecord, at: LogSubject): readonly SimJob[] {
  const { for: awaited, input } = WaitBody.parse(json(record));
  const to = SUBJECTS.parseLog(input)?.name.to ?? "";
  return awaited.flatMap((one): SimJob[] => {
    const writers = one.type === "call" ? [] : one.type === "timer" ? ["timer"] : ["timer", "human"];
    return writers.map((from) => {
      const passport = {
        ...PASSPORT,
        index: one.index,
        parent: at.hop === "end" ? undefined : at.hop,
        wait: Number(at.name.to),
      };
      const subject = `${SUBJECTS.task(at.task)}.${one.hop}.${from}.m.reply.${to}`;
      return job(from, { subject, header: { passport }, encoding: "json", body: bytes({ value: from }) });
    });
  });
}

function deadLetter(record: StoredRecord, at: LogSubject, scenario: Scenario): readonly SimJob[] {
  if (DeadBody.parse(json(record)).reply !== undefined || at.hop === "end") return [];
  const { escalation } = scenario;
  if (escalation === undefined || at.from === escalation) return [job("dead", done(at.task, "failed"))];
  const subject = SUBJECTS.record(at.task, at.hop, "supervisor", { class: "m", kind: "send", to: escalation });
  return [job("escalate", { subject, header: { passport: PASSPORT }, encoding: "json", body: bytes({}) })];
}

function nextTurn(task: TaskId, scenario: Scenario): readonly SimJob[] {
  for (let number = 1; number < (scenario.tasks ?? 1); number++) {
    if (simTask(number) === task) return [job("turn", startOf(scenario, number + 1))];
  }
  return [];
}

/** The sweeper's copy of a mailbox record. */
function again(record: StoredRecord, number: number): SimJob {
  const at = SUBJECTS.parseLog(record.subject);
  if (at === undefined || at.name.class !== "m" || at.hop === "end")
    throw new TypeError(`${record.subject} is no message`);
  const subject = SUBJECTS.record(at.task, at.hop, "supervisor", {
    class: "m",
    kind: `again${number}`,
    to: at.name.to,
  });
  const header = {
    ...record.header,
    writer: undefined,
    original: { subject: record.subject, sequence: record.sequence },
  };
  return job("sweeper", { subject, header, encoding: record.encoding, body: record.body });
}

export const dueJobs = { after, again, cancel: (task: TaskId): SimJob => job("gateway", done(task, "cancelled")) };
