import {
  callService,
  type DeadLetterList,
  type DeadLetterListRequest,
  type DeadLetterView,
  type DecideOncePorts,
  type DeskAnswer,
  type DeskRequest,
  deadLetterId,
  decideOnce,
  doneRecord,
  type HopId,
  type Link,
  type Logger,
  parseDeadLetterId,
  parseTaskId,
  type Subjects,
  type TaskId,
  TroupeError,
} from "@troupe/runtime/internal";
import { z } from "zod";
import type { VersionTables } from "../failures/dead-letters.ts";
import type { TaskIndex } from "../observer/task-index.ts";
import type { ReadTask, TaskReader } from "../observer/task-reader.ts";
import { type DeadLetter, deadLettersOf } from "./dead-letter.ts";
import { deadLetterView } from "./dead-letter-view.ts";
import { type DeskDecision, decideDesk } from "./decide-desk.ts";
import { listDeadLetters } from "./list-dead-letters.ts";

export interface DeskOptions {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly index: TaskIndex;
  readonly reader: TaskReader;
  readonly ports: DecideOncePorts;
  readonly logger: Logger;
  readonly tablesOf: (version: string) => Promise<VersionTables | undefined>;
  readonly announceEnd: (task: TaskId) => void;
}

interface Found {
  readonly letter: DeadLetter;
  readonly read: ReadTask;
  readonly tables: VersionTables | undefined;
}

const Accepted = z.looseObject({ task_id: z.string() });

/**
 * The dead-letter desk. Everything that it shows is in the log; a decision is one record that the log takes once, so that of two people one
 * decides, and a retry that fails is a dead letter of its own. Where one id is enough, that of the task is: it means the letter that waits, else
 * the only one. Throws `unknown_dead_letter` for what is not there, or not the tenant's.
 */
export class DeadLetterDesk {
  readonly #options: DeskOptions;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  list(request: DeadLetterListRequest): DeadLetterList {
    return listDeadLetters(this.#options.index, request);
  }

  async show(id: string, tenant: string | undefined): Promise<DeadLetterView> {
    const { letter, read } = await this.#find(id, tenant);
    return deadLetterView(letter, read.records);
  }

  /** Carries a decision out. Asking for the same again is the same decision. Throws what {@link decideDesk} and the log throw. */
  async decide(request: DeskRequest): Promise<DeskAnswer> {
    const { dead_letter_id: id, tenant, act } = request;
    const { letter, read, tables } = await this.#find(id, tenant);
    if (tables === undefined)
      throw new TroupeError("conflict", "its version is not known any more: nothing can run it");
    const stored = read.stored.find(({ sequence }) => sequence === letter.input?.sequence)?.body;
    const facts = { manifest: tables.system.manifest, stored, nowMs: this.#options.ports.clock.nowMs() };
    const decision = decideDesk(letter, request, facts);
    const answer = await this.#act(letter, decision, act);
    this.#options.logger.info({ dead_letter: id, ...answer }, "somebody decided on a dead letter");
    return answer;
  }

  async #find(id: string, tenant: string | undefined): Promise<Found> {
    const place = parseDeadLetterId(id);
    const task = place?.task ?? parseTaskId(id)?.id;
    if (task === undefined) throw unknownDeadLetter(id);
    const tables = await this.#options.tablesOf(task.split("-", 2)[1] ?? "");
    const read = await this.#options.reader.read(task);
    const letters = deadLettersOf(read.records, tables).filter(
      (one) => (place === undefined || one.hop === place.hop) && (tenant === undefined || one.tenant === tenant),
    );
    const parked = letters.filter(({ state }) => state === "parked");
    const [letter, ...others] = parked.length > 0 ? parked : letters;
    if (letter === undefined) throw unknownDeadLetter(id);
    if (others.length === 0) return { letter, read, tables };
    const ids = [letter, ...others].map(({ hop }) => deadLetterId(task, hop));
    throw new TroupeError("conflict", `task ${task} has ${ids.length} dead letters; name one of ${ids.join(", ")}`);
  }

  async #act(letter: DeadLetter, decision: DeskDecision, act: DeskRequest["act"]): Promise<DeskAnswer> {
    const { task, hop } = letter;
    const answer = (outcome: DeskAnswer["outcome"], its: string = task): DeskAnswer => ({
      dead_letter_id: deadLetterId(task, hop),
      task_id: its,
      outcome,
    });
    switch (decision.kind) {
      case "repeated":
        return answer("retried");
      case "resubmit":
        return answer("resubmitted", await this.#resubmit(task));
      case "send":
        await this.#send(letter, decision);
        return answer("retried");
      case "end":
        break;
    }
    await this.#end(letter, decision);
    return answer(act === "answer" ? "answered" : "dropped");
  }

  async #send({ task, hop, input }: DeadLetter, { to, passport, body, model }: DeskDecision & { kind: "send" }) {
    const { subjects, ports } = this.#options;
    const header = { passport, trace: input?.header?.trace, model };
    const subject = subjects.record(task, hop, "supervisor", { class: "m", kind: "send", to });
    const stored = await decideOnce(ports, this.#handOns(task, hop), { subject, header, encoding: "json", body });
    if (stored.kind === "exists") throw decidedMeanwhile();
    // Somebody may have ended the task a moment before; then nothing runs, and the end is what counts.
    const done = await ports.log.get(subjects.done(task));
    if (done !== undefined && done.sequence < stored.sequence) throw decidedMeanwhile();
  }

  async #end({ task, hop, tenant }: DeadLetter, { body }: DeskDecision & { kind: "end" }): Promise<void> {
    const { subjects, ports, announceEnd } = this.#options;
    const stored = await decideOnce(ports, this.#handOns(task, hop), doneRecord(subjects, task, body, tenant));
    if (stored.kind === "exists") throw decidedMeanwhile();
    announceEnd(task);
  }

  /** A gateway knows how to submit a finished task's input again; asking it twice makes one task. */
  async #resubmit(task: TaskId): Promise<string> {
    const { link, subjects } = this.#options;
    const answer = await callService(
      link,
      subjects.taskVerb("retry"),
      { task_id: task },
      { ifLost: "outcome_unknown" },
    );
    return Accepted.parse(answer).task_id;
  }

  /** Where the one record lies that says what has become of a dead hop's message. */
  #handOns(task: TaskId, hop: HopId): string {
    return `${this.#options.subjects.hop(task, hop)}.supervisor.m.send.*`;
  }
}

const unknownDeadLetter = (id: string): TroupeError =>
  new TroupeError("unknown_dead_letter", `no dead letter ${id.slice(0, 200)}`);

const decidedMeanwhile = (): TroupeError =>
  new TroupeError("conflict", "somebody decided on it first, or its task has ended: look at it again");
