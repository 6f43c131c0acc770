import {
  type CompiledSystem,
  doneRecord,
  type HopId,
  jsonRecord,
  type Logger,
  mailboxFor,
  messageOf,
  remainingAt,
  type Subjects,
  type TaskId,
  type WriteOncePorts,
  writeOnce,
} from "@troupe/runtime/internal";
import type { AuditTrail } from "../audit/audit-trail.ts";
import { refusedRecord } from "../audit/refused-records.ts";
import { type HopKeys, hopInputs } from "../observer/hop-inputs.ts";
import type { Died, Observation } from "../observer/observation.ts";
import type { TaskIndex } from "../observer/task-index.ts";
import type { TaskReader } from "../observer/task-reader.ts";
import { type DeadLetterAction, decideDeadLetter } from "./decide.ts";

/** How long after a failure a dead letter is looked at again. */
const RETRY_MS = 5_000;

/** A running version of the system, as those who act on its tasks need it. */
export interface VersionTables {
  readonly system: CompiledSystem;
  readonly hopKeys: HopKeys;
}

export interface DeadLettersOptions {
  readonly subjects: Subjects;
  readonly index: TaskIndex;
  readonly reader: TaskReader;
  readonly ports: WriteOncePorts;
  readonly logger: Logger;
  /** Tables of a version, or `undefined` when there is no such deployment. */
  readonly tablesOf: (version: string) => Promise<VersionTables | undefined>;
  readonly audit: Pick<AuditTrail, "note">;
  /** Tells hosts that a task has ended. */
  readonly announceEnd: (task: TaskId) => void;
}

/** Gives every dead letter that nobody called to the escalation role, or ends its task. Its writes are write-once: doing it twice is harmless. */
export class DeadLetters {
  readonly #options: DeadLettersOptions;
  readonly #waiting = new Map<string, { readonly death: Died; readonly notBeforeMs: number }>();

  constructor(options: DeadLettersOptions) {
    this.#options = options;
  }

  observe(observation: Observation): void {
    if (observation.kind !== "died") return;
    this.#waiting.set(`${observation.task} ${observation.hop}`, { death: observation, notBeforeMs: 0 });
  }

  /** Handles what has been observed since; what fails is tried again after a while. */
  async handleAll(): Promise<void> {
    const nowMs = this.#options.ports.clock.nowMs();
    for (const [key, { death, notBeforeMs }] of this.#waiting) {
      if (nowMs < notBeforeMs) continue;
      try {
        await this.#handle(death);
        this.#waiting.delete(key);
      } catch (error) {
        const { task, hop } = death;
        this.#waiting.set(key, { death, notBeforeMs: nowMs + RETRY_MS });
        this.#options.logger.warn({ task, hop, reason: messageOf(error) }, "a dead letter could not be handled yet");
      }
    }
  }

  async #handle(death: Died): Promise<void> {
    const { index, reader, ports, tablesOf } = this.#options;
    const open = index.open(death.task);
    if (!open) return;
    const { records } = await reader.read(death.task);
    const tables = await tablesOf(death.task.split("-", 2)[1] ?? "");
    const action = decideDeadLetter({
      death,
      isEnded: records.some(({ subject }) => subject.name.class === "t"),
      escalation: tables?.system.escalation,
      clientLabels: tables?.system.manifest.taint?.client,
      parks: tables?.system.manifest.deadLetters === "park",
      input: tables && hopInputs(records, tables.hopKeys).get(death.hop),
      records,
      remainingMs: remainingAt(ports.clock.nowMs(), open.passport?.remainingMs, open.startedAtMs),
    });
    const refused = action.kind === "none" ? undefined : refusedRecord(death);
    if (refused) this.#options.audit.note(refused.event, { id: refused.id });
    await this.#act(death, action, tables);
  }

  async #act(death: Died, action: DeadLetterAction, tables: VersionTables | undefined): Promise<void> {
    const { subjects, ports, logger, announceEnd } = this.#options;
    const { task, hop, role } = death;
    const code = death.body.error.code;
    switch (action.kind) {
      case "none":
        return;
      case "park":
        logger.warn({ task, hop, role, code }, "a dead letter waits at the desk");
        return;
      case "end":
        await writeOnce(ports, doneRecord(subjects, task, action.body));
        announceEnd(task);
        logger.warn({ task, hop, role, code }, "a dead letter ended its task");
        return;
      case "escalate": {
        const to = escalationMailbox(tables?.system, action.passport.requires);
        if (to === undefined) return;
        await writeOnce(ports, escalationRecord(subjects, task, hop, to, action));
        logger.warn({ task, hop, role, code, to }, "a dead letter went to the escalation role");
        return;
      }
    }
  }
}

function escalationMailbox(system: CompiledSystem | undefined, requires: readonly string[]): string | undefined {
  const role = system?.escalation === undefined ? undefined : system.roles.get(system.escalation);
  return role && (mailboxFor(role, requires)?.name ?? role.name);
}

const escalationRecord = (
  subjects: Subjects,
  task: TaskId,
  hop: HopId,
  to: string,
  { passport, trace, body }: DeadLetterAction & { kind: "escalate" },
) => jsonRecord(subjects.record(task, hop, "supervisor", { class: "m", kind: "send", to }), { passport, trace }, body);
