/**
 * Turns of a session: its tasks run one after another (DESIGN §5, State). A turn is a write-once record; turn n may start once every
 * earlier turn's task has ended. Gateway and supervisor both advance sessions: starting is write-once, so doing it twice is harmless.
 */
import { TurnBody } from "../contracts/bodies.ts";
import { isMailboxName } from "../contracts/names.ts";
import { decodeRecordHeader, type RecordHeader } from "../contracts/record.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { parseTaskId, type SessionKey, type TaskId } from "../ids.ts";
import type { NewRecord, StoredRecord } from "../log/task-log.ts";
import type { TaskArchive } from "./task-archive.ts";
import { doneRecord, expiredBody, headerText, jsonRecord, startHeader, type TaskOrder } from "./task-order.ts";
import { recordValue } from "./task-record.ts";
import { type WriteOncePorts, writeOnce } from "./write-once.ts";

/** A waiting turn, parsed. */
export interface Turn {
  readonly number: number;
  readonly task: TaskId;
  readonly mailbox: string;
  readonly input: TurnBody["input"];
  readonly header: RecordHeader;
  readonly submittedAtMs: number;
}

/** Number of the turn after the last stored one. */
export function nextTurn(subjects: Subjects, last: StoredRecord | undefined): number {
  return last === undefined ? 1 : (subjects.parseSession(last.subject)?.number ?? 0) + 1;
}

/** The record of turn `number`; the order's deadline counts from now on. */
export function turnRecord(
  subjects: Subjects,
  shard: number,
  key: SessionKey,
  number: number,
  order: TaskOrder,
): NewRecord {
  const session = { name: order.session?.name ?? "", key, turn: number };
  const body: TurnBody = {
    task: order.task,
    door: order.mailbox,
    input: order.input,
    passport: headerText(startHeader({ ...order, session }, order.acceptedAtMs)),
    submittedAtMs: order.acceptedAtMs,
    ...(order.trace && { trace: order.trace }),
  };
  return jsonRecord(subjects.turn(shard, key, number), {}, body);
}

/** Parses a stored turn; `undefined` when it is none. */
export function parseTurn(subjects: Subjects, record: StoredRecord): Turn | undefined {
  const place = subjects.parseSession(record.subject);
  const body = TurnBody.safeParse(recordValue(record));
  if (!place || !body.success) return undefined;
  const task = parseTaskId(body.data.task)?.id;
  const header = decodeRecordHeader(body.data.passport);
  if (!task || !header || !isMailboxName(body.data.door)) return undefined;
  const { input, submittedAtMs, door, trace } = body.data;
  return { number: place.number, task, mailbox: door, input, header: { ...header, trace }, submittedAtMs };
}

/** What to write to start a turn now: its start record, or its end when its deadline passed while it waited. */
export function startOfTurn(subjects: Subjects, turn: Turn, nowMs: number): NewRecord {
  const { passport } = turn.header;
  if (passport?.remainingMs === undefined) return turnStart(subjects, turn, turn.header);
  const remainingMs = passport.remainingMs - (nowMs - turn.submittedAtMs);
  if (remainingMs <= 0) return doneRecord(subjects, turn.task, expiredBody("client"));
  return turnStart(subjects, turn, { ...turn.header, passport: { ...passport, remainingMs } });
}

const turnStart = (subjects: Subjects, turn: Turn, header: RecordHeader): NewRecord =>
  jsonRecord(subjects.start(turn.task, turn.mailbox), header, turn.input);

/** Pauses before a record that must be there is looked for again: together longer than a replica lags. */
const LOOK_AGAIN_MS = [50, 100, 200];

/** What advancing a session needs. */
export interface SessionPorts extends WriteOncePorts {
  readonly subjects: Subjects;
  readonly archive: Pick<TaskArchive, "has">;
}

/**
 * Starts the turn that is due, if there is one: the first whose task has not ended. Returns that task; it may have been started before.
 * `from` is a turn whose predecessors are looked at first: one that was written but never started (its gateway died) must not hold up the
 * session for ever. `isStored` says that `from` is known to be there. What has to be there is looked for again for a moment, since the
 * replica that answers may lag. That a turn's task has ended may be missed in the same way: who relies on it looks again later.
 */
export async function advanceSession(
  ports: SessionPorts,
  shard: number,
  key: SessionKey,
  from: number,
  isStored = false,
): Promise<TaskId | undefined> {
  const { subjects, clock } = ports;
  const last = isStored ? from : from - 1;
  for (let number = await lastStartedTurn(ports, shard, key, from); ; number++) {
    const stored = await storedTurn(ports, subjects.turn(shard, key, number), number <= last);
    if (!stored) return undefined;
    const turn = parseTurn(subjects, stored);
    const progress = turn && (await progressOf(ports, turn));
    if (!turn || progress === "ended") continue;
    if (progress === "started") return turn.task;
    const record = startOfTurn(subjects, turn, clock.nowMs());
    await writeOnce(ports, record);
    if (record.subject !== subjects.done(turn.task)) return turn.task;
  }
}

/** The last turn up to `from` that was started, which proves that all before it have ended; else the first that is still there. */
async function lastStartedTurn(ports: SessionPorts, shard: number, key: SessionKey, from: number): Promise<number> {
  const { subjects } = ports;
  for (let number = from; number >= 1; number--) {
    const stored = await storedTurn(ports, subjects.turn(shard, key, number), number < from);
    const turn = stored && parseTurn(subjects, stored);
    if (turn && (await wasStarted(ports, turn))) return number;
    // The janitor removes turns of ended tasks only.
    if (!stored && number < from) return number + 1;
  }
  return 1;
}

/** The record of a turn. One that must be there, unless it was removed, is looked for again before it is taken for removed. */
async function storedTurn({ log, clock }: SessionPorts, subject: string, mustBeThere: boolean) {
  for (const pauseMs of mustBeThere ? LOOK_AGAIN_MS : []) {
    const stored = await log.get(subject);
    if (stored) return stored;
    await clock.sleep(pauseMs);
  }
  return log.get(subject);
}

async function progressOf(ports: SessionPorts, turn: Turn): Promise<"open" | "started" | "ended"> {
  const { subjects, log, archive } = ports;
  if (await log.get(subjects.done(turn.task))) return "ended";
  if (await log.get(subjects.start(turn.task, turn.mailbox))) return "started";
  // A finished task leaves the log; its turn stays.
  return (await archive.has(turn.task)) ? "ended" : "open";
}

async function wasStarted({ subjects, log, archive }: SessionPorts, turn: Turn): Promise<boolean> {
  return (await log.get(subjects.start(turn.task, turn.mailbox))) !== undefined || (await archive.has(turn.task));
}
