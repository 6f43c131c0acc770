/** The server of a simulated system, and what runs its tasks: it begins each task whose start is stored, ends it, and archives it. */
import {
  advanceSession,
  doneRecord,
  INGRESS_DURABLES,
  type IngressDurable,
  type Random,
  type SessionKey,
  type StoredRecord,
  Subjects,
  type TaskId,
  TroupeError,
} from "@troupe/runtime/internal";
import { SimProcess, SimQueue, SimStream, type SimTime, SimWire } from "@troupe/runtime/internal-testing";
import { z } from "zod";

const ADVANCE_AGAIN_MS = 5_000;

/** What clients of the simulation send. */
export const SimInput = z.strictObject({ number: z.int() });

/** A task as the server saw it, whatever the gateways believe. */
export interface SimTask {
  readonly task: TaskId;
  readonly number: number;
  /** Its place in a session: such tasks do not wait for admission. */
  readonly turn: { readonly key: SessionKey; readonly number: number } | undefined;
  /** Who stored its start. */
  readonly by: SimProcess | undefined;
  starts: number;
  isDone: boolean;
}

export interface SimTasksOptions {
  readonly time: SimTime;
  readonly random: Random;
  /** How long the next task runs, ms. */
  readonly workMs: () => number;
  /** How long after its end a task leaves the log, ms. */
  readonly keptMs: number;
  readonly onStart: (task: SimTask) => void;
}

export class SimTasks {
  readonly subjects = new Subjects("sim");
  readonly wire: SimWire;
  readonly log: SimStream;
  readonly keys: SimStream;
  readonly ingress: SimStream;
  readonly queues: ReadonlyMap<IngressDurable, SimQueue>;
  readonly archived = new Set<TaskId>();
  readonly tasks = new Map<TaskId, SimTask>();
  readonly #options: SimTasksOptions;
  readonly #supervisor: SimProcess;
  readonly #counters = new Map<string, number>();
  #listeners: readonly { readonly process: SimProcess; readonly onEnd: (task: TaskId) => void }[] = [];

  constructor(options: SimTasksOptions) {
    this.#options = options;
    this.#supervisor = new SimProcess("supervisor", options.time);
    const { time, random } = options;
    const wire = new SimWire(time, random);
    this.wire = wire;
    this.log = new SimStream({ time, wire, isWriteOnce: true, onStored: (record, by) => this.#onRecord(record, by) });
    this.keys = new SimStream({ time, wire, isWriteOnce: true });
    this.ingress = new SimStream({
      time,
      wire,
      isWriteOnce: false,
      onStored: (record) => this.#durableOf(record)?.add(record),
    });
    this.queues = new Map(INGRESS_DURABLES.map((name) => [name, new SimQueue(time, wire, this.ingress)]));
  }

  /** Tells a process of ends, where the notice is not lost. */
  listen(process: SimProcess, onEnd: (task: TaskId) => void): void {
    this.#listeners = [...this.#listeners.filter((other) => !other.process.isDead), { process, onEnd }];
  }

  /** Throws `unavailable`. */
  async hasArchived(process: SimProcess, task: TaskId): Promise<boolean> {
    const has = await this.wire.ask(process, () => this.archived.has(task));
    if (has === undefined) throw new TroupeError("unavailable", "nobody answered in time");
    return has;
  }

  /** Adds to a counter as a process reaches it. `undefined`: nobody answered, and whether it was counted is not known. */
  count(process: SimProcess, counter: string, amount: number): Promise<number | undefined> {
    return this.wire.ask(process, () => {
      const total = (this.#counters.get(counter) ?? 0) + amount;
      this.#counters.set(counter, total);
      return total;
    });
  }

  #durableOf({ subject }: StoredRecord): SimQueue | undefined {
    if (this.subjects.parseTasks(subject) !== undefined) return this.queues.get("queue");
    const place = subject.split(".")[2];
    const name = INGRESS_DURABLES.find((durable) => durable === place);
    return name && this.queues.get(name);
  }

  #onRecord(record: StoredRecord, by: SimProcess | undefined): void {
    const at = this.subjects.parseLog(record.subject);
    if (at?.name.kind === "done") this.#ended(at.task);
    if (at?.hop === "start") this.#started(at.task, record, by);
  }

  #started(task: TaskId, { body, header }: StoredRecord, by: SimProcess | undefined): void {
    const { time, workMs, onStart } = this.#options;
    const { number } = SimInput.parse(JSON.parse(Buffer.from(body).toString()));
    const { session: key, turn: place } = header?.passport ?? {};
    const turn = key === undefined || place === undefined ? undefined : { key, number: place };
    const known = this.tasks.get(task) ?? { task, number, turn, by, starts: 0, isDone: false };
    known.starts++;
    this.tasks.set(task, known);
    onStart(known);
    time.after(workMs(), () =>
      this.log.append(doneRecord(this.subjects, task, { status: "completed", by: "door", result: null })),
    );
  }

  /** As the supervisor does for every session, whoever else does: until it is done, and once more when replicas have caught up. */
  async #advance(key: SessionKey, turn: number, isLast = false): Promise<void> {
    const { random } = this.#options;
    const { clock } = this.#supervisor;
    const archive = { has: (task: TaskId) => this.hasArchived(this.#supervisor, task) };
    const log = this.log.reachedBy(this.#supervisor);
    for (;;) {
      try {
        await advanceSession({ subjects: this.subjects, log, archive, clock, random }, 0, key, turn);
        if (isLast) return;
        await clock.sleep(ADVANCE_AGAIN_MS);
        return await this.#advance(key, turn, true);
      } catch (error) {
        if (!TroupeError.is(error)) throw error;
        await clock.sleep(ADVANCE_AGAIN_MS);
      }
    }
  }

  #ended(task: TaskId): void {
    const { time, keptMs } = this.#options;
    const known = this.tasks.get(task);
    if (known) known.isDone = true;
    if (known?.turn) void this.#advance(known.turn.key, known.turn.number + 1);
    for (const { process, onEnd } of this.#listeners) this.wire.deliver(process, () => onEnd(task));
    time.after(keptMs, () => {
      this.archived.add(task);
      this.log.removeAll(`${this.subjects.task(task)}.>`);
    });
  }
}
