/** A dead letter as its task's records tell it: what died, of what message, and what has become of it. Pure. */
import {
  type DeadBody,
  DeadBody as DeadBodySchema,
  type DeadLetterState,
  type HopId,
  type TaskId,
  type TaskRecord,
} from "@troupe/runtime/internal";
import type { VersionTables } from "../failures/dead-letters.ts";
import { hopInputs } from "../observer/hop-inputs.ts";

export interface DeadLetter {
  readonly task: TaskId;
  readonly hop: HopId;
  readonly role: string;
  readonly body: DeadBody;
  readonly diedAtMs: number;
  readonly state: DeadLetterState;
  /** The message that the hop ran, where it could be found. */
  readonly input: TaskRecord | undefined;
  /** What the supervisor wrote when it was handed on. */
  readonly handedOn: TaskRecord | undefined;
  readonly tenant: string | undefined;
  /** When the task was stored, and how long it may take from then on. */
  readonly startedAtMs: number;
  readonly remainingMs: number | undefined;
}

/** All dead letters of a task, in the order in which they died. */
export const deadLettersOf = (
  records: readonly TaskRecord[],
  tables: Pick<VersionTables, "hopKeys"> | undefined,
): readonly DeadLetter[] =>
  records.flatMap(({ subject: { hop, name } }) => {
    const letter = hop !== "end" && name.kind === "dead" ? deadLetterOf(records, hop, tables) : undefined;
    return letter ? [letter] : [];
  });

/** The dead letter of a hop; `undefined` when there is none, or a caller was told of it. */
function deadLetterOf(
  records: readonly TaskRecord[],
  hop: HopId,
  tables: Pick<VersionTables, "hopKeys"> | undefined,
): DeadLetter | undefined {
  const death = records.find(({ subject }) => subject.hop === hop && subject.name.kind === "dead");
  const body = DeadBodySchema.safeParse(death?.body);
  if (death === undefined || !body.success || body.data.reply !== undefined) return undefined;
  const start = records.find(({ subject }) => subject.hop === "start" && subject.from === "client");
  const handedOn = records.find(
    ({ subject }) => subject.hop === hop && subject.from === "supervisor" && subject.name.kind === "send",
  );
  const isEnded = records.some(({ subject }) => subject.name.class === "t");
  return {
    task: death.subject.task,
    hop,
    role: death.subject.from,
    body: body.data,
    diedAtMs: death.atMs,
    state: handedOn ? "handed_on" : isEnded ? "ended" : "parked",
    input: tables && hopInputs(records, tables.hopKeys).get(hop),
    handedOn,
    tenant: start?.header?.passport?.tenant,
    startedAtMs: start?.atMs ?? death.atMs,
    remainingMs: start?.header?.passport?.remainingMs,
  };
}
