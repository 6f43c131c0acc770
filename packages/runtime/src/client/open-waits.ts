/** What a task's hops wait for that somebody outside the graph may answer: signals, approvals, timers. */
import { type Awaited, ReplyBody, WaitBody } from "../contracts/bodies.ts";
import type { Passport } from "../contracts/record.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { TroupeError } from "../errors.ts";
import { type HopId, isHopId, type TaskId } from "../ids.ts";
import type { NewRecord } from "../log/task-log.ts";
import { jsonRecord, remainingAt } from "./task-order.ts";
import type { TaskRecord } from "./task-record.ts";

/** One thing that a waiting hop waits for. */
export interface OpenWait {
  readonly task: TaskId;
  readonly hop: HopId;
  readonly role: string;
  /** Mailbox that the reply goes to: the one that the hop's input came from. */
  readonly mailbox: string;
  readonly wait: number;
  readonly awaited: Awaited;
  readonly sinceMs: number;
}

/** Everything that the task's waiting hops still wait for, oldest first. */
export function openWaits(subjects: Subjects, records: readonly TaskRecord[]): readonly OpenWait[] {
  const answered = new Set<string>();
  const left = new Set<string>();
  for (const { subject, header } of records) {
    const { class: cls, kind } = subject.name;
    if (cls === "m" && kind === "reply") answered.add(subject.hop);
    if (cls === "c" && kind === "claim") left.add(`${subject.hop} ${header?.writer?.segment ?? 0}`);
    if (cls === "t") return [];
  }
  const open: OpenWait[] = [];
  for (const record of records) {
    for (const wait of waitsOf(subjects, record)) {
      if (!answered.has(wait.awaited.hop) && !left.has(`${wait.hop} ${wait.wait}`)) open.push(wait);
    }
  }
  return open;
}

/** What a record makes its hop wait for; nothing for any record but a wait. */
export function waitsOf(subjects: Subjects, { subject, body, atMs }: TaskRecord): readonly OpenWait[] {
  const { name, hop, task, from: role } = subject;
  if (name.class !== "c" || name.kind !== "wait" || hop === "end") return [];
  const parsed = WaitBody.safeParse(body);
  if (!parsed.success) return [];
  const input = subjects.parseLog(parsed.data.input)?.name;
  const mailbox = input?.class === "m" ? input.to : role;
  const wait = Number(name.to);
  return parsed.data.for.map((awaited) => ({ task, hop, role, mailbox, wait, awaited, sinceMs: atMs }));
}

/** Who may answer a wait from outside the graph. */
export type Answerer = "human" | "timer";

/** The record that answers a wait; write-once, so the first answer stands. `passport` is the task's own as of now. */
export function answerRecord(
  subjects: Subjects,
  wait: OpenWait,
  from: Answerer,
  body: ReplyBody,
  passport: Passport,
): NewRecord {
  const { hop } = wait.awaited;
  if (!isHopId(hop)) throw new TroupeError("malformed_record", `a wait of task ${wait.task} names no hop`);
  const subject = subjects.record(wait.task, hop, from, {
    class: "m",
    kind: "reply",
    to: wait.mailbox,
  });
  const own: Passport = { ...passport, index: wait.awaited.index, parent: wait.hop, wait: wait.wait };
  return jsonRecord(subject, { passport: own }, ReplyBody.parse(body));
}

/** Everything under which a wait may be answered, by whom ever: where the first answer has to stand alone, it is fenced with this. */
export const answersFilter = (subjects: Subjects, { task, awaited }: Pick<OpenWait, "task" | "awaited">): string =>
  `${subjects.task(task)}.${awaited.hop}.>`;

/** The task's passport as of now: what its start record says, with the time that has passed since taken off. */
export function taskPassport(records: readonly TaskRecord[], nowMs: number): Passport | undefined {
  const start = records.find(({ subject }) => subject.hop === "start" && subject.from === "client");
  const passport = start?.header?.passport;
  return start && passport && passportAt(nowMs, passport, start.atMs);
}

/** The passport of a record that was stored at an earlier time, as of now. */
export const passportAt = (nowMs: number, passport: Passport, storedAtMs: number): Passport =>
  passport.remainingMs === undefined
    ? passport
    : { ...passport, remainingMs: remainingAt(nowMs, passport.remainingMs, storedAtMs) };
