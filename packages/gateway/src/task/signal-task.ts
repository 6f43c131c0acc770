import {
  answerRecord,
  type OpenWait,
  openWaits,
  ReplyBody,
  type SignalRequest,
  type Subjects,
  sealedIn,
  type TaskId,
  type TaskRecord,
  TroupeError,
  taskPassport,
  type WriteOncePorts,
  waitsOf,
  writeOnce,
} from "@troupe/runtime/internal";
import type { z } from "zod";
import type { ClientSeals } from "../encryption/client-seals.ts";
import type { TaskReader } from "../watch/task-reader.ts";
import { readKnownTask } from "./known-task.ts";
import type { Caller } from "./task-api.ts";

export interface SignalPorts extends WriteOncePorts {
  readonly subjects: Subjects;
  readonly reader: TaskReader;
  readonly seals: Pick<ClientSeals, "answer">;
  /** Tells watchers that something was recorded. */
  readonly hint: (task: TaskId) => void;
}

/**
 * Answers the oldest open wait for the named signal. Throws `unknown_task`, and `conflict` when the task does not wait for it, or
 * somebody answered first.
 */
export async function signalTask(
  ports: SignalPorts,
  caller: Caller,
  id: TaskId,
  request: Pick<z.infer<typeof SignalRequest>, "name" | "value">,
): Promise<{ task_id: TaskId; signal: string; delivered: true }> {
  const { reader, seals, subjects, clock, hint } = ports;
  const { records } = await readKnownTask(reader, caller, id);
  const open = openWaits(subjects, records);
  const wait = open.find(({ awaited }) => awaited.type === "signal" && awaited.name === request.name);
  const passport = taskPassport(records, clock.nowMs());
  if (!wait || !passport) throw notAwaited(id, request.name, open);
  const { subject } = answerRecord(subjects, wait, "human", { value: null }, passport);
  const value = seals.answer(id, wait.role, subject, request.value);
  const outcome = await writeOnce(ports, answerRecord(subjects, wait, "human", { value }, passport));
  if (outcome.kind === "exists") {
    throw new TroupeError("conflict", `somebody answered signal ${request.name} first`, { details: { task_id: id } });
  }
  hint(id);
  return { task_id: id, signal: request.name, delivered: true };
}

/** The signals that a task waits for, oldest first. */
export const openSignals = (subjects: Subjects, records: readonly TaskRecord[]): readonly string[] =>
  signalsOf(openWaits(subjects, records));

/** What was answered to signals, oldest first. What is encrypted is left out. */
export function signalAnswers(subjects: Subjects, records: readonly TaskRecord[]): readonly unknown[] {
  const waits = records.flatMap((record) => waitsOf(subjects, record));
  const asked = new Set(waits.flatMap(({ awaited }) => (awaited.type === "signal" ? [awaited.hop] : [])));
  return records.flatMap(({ subject, body }) => {
    const { class: cls, kind } = subject.name;
    if (cls !== "m" || kind !== "reply" || subject.from !== "human" || !asked.has(subject.hop)) return [];
    const reply = ReplyBody.safeParse(body).data;
    return reply && "value" in reply && sealedIn(reply.value) === undefined ? [reply.value] : [];
  });
}

const signalsOf = (open: readonly OpenWait[]): readonly string[] =>
  open.flatMap(({ awaited }) => (awaited.type === "signal" ? [awaited.name] : []));

function notAwaited(id: TaskId, name: string, open: readonly OpenWait[]): TroupeError {
  const awaited = signalsOf(open);
  const instead = awaited.length > 0 ? `; it waits for: ${awaited.join(", ")}` : "";
  return new TroupeError("conflict", `task ${id} does not wait for signal ${JSON.stringify(name)}${instead}`, {
    details: { task_id: id, awaited },
  });
}
