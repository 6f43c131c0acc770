/**
 * The simulated world: a log, mailboxes that deliver at least once, executors that are the product's own code, and a scheduler that chooses
 * every next event. All nondeterminism is one `choose`, so a run is its list of choices.
 */
import { nextTick } from "node:process";
import type { executeHop } from "../hop/execute.ts";
import { JoinTurns } from "../hop/join-turns.ts";
import { readMessage } from "../hop/message.ts";
import type { TaskId } from "../ids.ts";
import type { Delivery, Fence, NewRecord, StoredRecord, TaskLog } from "../log/task-log.ts";
import type { SimEvent } from "./sim-event.ts";
import { SimExecutor, type SimOperation } from "./sim-executor.ts";
import { runHop } from "./sim-hop.ts";
import { SimInvariants } from "./sim-invariants.ts";
import { dueJobs, type SimJob } from "./sim-jobs.ts";
import { SimNet } from "./sim-net.ts";
import { SUBJECTS, simRole, simTask, startOf } from "./sim-place.ts";
import type { Scenario } from "./sim-scenario.ts";
import { type SimMode, SimStore } from "./sim-store.ts";

/** Picks one of `count` things; where `benign` is given, those from there on are faults. */
export type Choose = (count: number, benign?: number, labels?: () => readonly string[]) => number;

/** A broken variant of the protocol, made by coming between an executor and its ports. */
export interface Mutant {
  log?(log: TaskLog, executor: SimExecutor, world: SimWorld): TaskLog;
  /** Comes between an executor and its delivery. */
  delivery?(delivery: Delivery, executor: SimExecutor): Delivery;
  /** Executes once more when this says so. */
  again?(end: Awaited<ReturnType<typeof executeHop>>): boolean;
}

export interface WorldOptions {
  readonly mode: SimMode;
  readonly choose: Choose;
  /** How many faults may happen. */
  readonly faults: number;
  /** How many executors may have one message at once. */
  readonly executorsPerMessage: number;
  readonly mutant?: Mutant | undefined;
  readonly isTraced?: boolean;
}

interface SimMessage {
  readonly record: StoredRecord;
  readonly task: TaskId;
  /** Where its task's end stands, once it has one. */
  readonly end: string;
  readonly isCopy: boolean;
  state: "new" | "pending" | "acked";
  deliveries: number;
  holder: SimExecutor | undefined;
}

const MAX_STEPS = 8_000;
const drained = (): Promise<void> => new Promise((resolve) => nextTick(resolve));

export class SimWorld {
  readonly scenario: Scenario;
  readonly options: WorldOptions;
  readonly store: SimStore;
  readonly executors: SimExecutor[] = [];
  readonly invariants: SimInvariants;
  readonly lines: string[] = [];
  steps = 0;
  readonly #messages = new Map<number, SimMessage>();
  readonly #jobs: SimJob[] = [];
  readonly #net = new SimNet();
  #faultsLeft: number;
  #leaderChanges = 2;
  #resets = 1;
  #copies = 0;
  #values = 0;
  #isCancelDue: boolean;
  readonly #joins = new Map<string, JoinTurns>();
  /** Nodes whose executors crashed. */
  readonly crashedNodes = new Set<string>();

  constructor(scenario: Scenario, options: WorldOptions) {
    this.scenario = scenario;
    this.options = options;
    this.#faultsLeft = options.faults;
    this.#isCancelDue = scenario.isCancelled === true;
    this.store = new SimStore(options.mode, (record) => this.#onStored(record));
    this.invariants = new SimInvariants(scenario, () => this.store, this.executors);
    const starting = scenario.hasTurns === true ? 1 : (scenario.tasks ?? 1);
    for (let number = 1; number <= starting; number++) this.put(startOf(scenario, number));
  }

  /** Stores a record as if it had always been there. */
  put(record: NewRecord): void {
    this.store.append(record, undefined, () => undefined);
    while (this.store.inFlight > 0) this.store.confirm();
  }

  /** Runs until nothing can happen any more, or something is violated. Returns the violation. */
  async run(): Promise<string | undefined> {
    for (;;) {
      const { events, benign } = this.#events();
      if (events.length === 0 || benign === 0 || this.invariants.violation !== undefined) break;
      if (++this.steps > MAX_STEPS) {
        this.invariants.broken(`1 livelock: no end after ${MAX_STEPS} steps`);
        break;
      }
      const index = this.options.choose(events.length, benign, () => events.map(({ label }) => label));
      if (index >= benign) this.#faultsLeft--;
      const event = events[index];
      if (event === undefined) throw new RangeError(`no event ${index}`);
      this.trace(`${index >= benign ? "! " : ""}${event.label}`);
      event.happen();
      if (event.wakes) await drained();
    }
    if (this.invariants.violation === undefined) this.invariants.checkEnd();
    return this.invariants.violation;
  }

  trace(line: string): void {
    if (this.options.isTraced === true) this.lines.push(line);
  }

  delay(record: NewRecord, fence: Fence | undefined): void {
    this.#net.sendWrite(`late ${record.subject}`, () => this.store.append(record, fence, () => undefined));
  }

  drawLag(): number {
    return 1 + this.options.choose(6);
  }

  /** A value that no other run of an effect has. */
  nextValue(): number {
    return ++this.#values;
  }

  /** Of the process that an executor runs in: there are two of each role. */
  joinsOf({ role, id }: SimExecutor): JoinTurns {
    const place = `${role}/${id % 2}`;
    const joins = this.#joins.get(place) ?? new JoinTurns();
    this.#joins.set(place, joins);
    return joins;
  }

  hasEnded(number: number): boolean {
    return this.store.get(SUBJECTS.done(simTask(number))) !== undefined;
  }

  // what can happen next

  #events(): { readonly events: readonly SimEvent[]; readonly benign: number } {
    const events: SimEvent[] = [];
    const faults: SimEvent[] = [];
    this.#net.events(events, faults);
    this.#storeEvents(events, faults);
    for (const executor of this.executors) this.#executorEvents(executor, events, faults);
    for (const message of this.#messages.values()) this.#messageEvents(message, events, faults);
    this.#jobEvents(events, faults);
    return { events: this.#faultsLeft > 0 ? [...events, ...faults] : events, benign: events.length };
  }

  #executorEvents(executor: SimExecutor, events: SimEvent[], faults: SimEvent[]): void {
    if (!executor.isLive) return;
    if (executor.isFrozen) {
      events.push({ label: `thaw ${executor.id}`, happen: () => (executor.isFrozen = false) });
      return;
    }
    for (const operation of executor.operations) this.#operationEvents(executor.id, operation, events, faults);
    if (executor.message === undefined) return;
    faults.push({ label: `freeze ${executor.id}`, happen: () => (executor.isFrozen = true) });
    faults.push({ label: `crash ${executor.id}`, happen: () => this.#crash(executor) });
  }

  #operationEvents(id: number, operation: SimOperation, events: SimEvent[], faults: SimEvent[]): void {
    if (operation.state === "ready") {
      events.push({ label: `resume ${id} after ${operation.label}`, happen: () => operation.resolve(), wakes: true });
    } else if (operation.state === "issued") {
      events.push({ label: `${id} ${operation.label}`, happen: () => operation.carryOut() });
      for (const fault of operation.faults)
        faults.push({ label: `${fault} ${id} ${operation.label}`, happen: () => operation.carryOut(fault) });
    }
  }

  #storeEvents(events: SimEvent[], faults: SimEvent[]): void {
    const { store } = this;
    if (store.inFlight > 0) {
      events.push({ label: "confirm", happen: () => store.confirm() });
      faults.push({ label: "confirm, answer lost", happen: () => store.confirm(true) });
      if (this.#leaderChanges > 0) faults.push({ label: "leader change", happen: () => this.#changeLeader() });
    }
    if (this.#resets > 0) faults.push({ label: "reset", happen: () => this.#reset() });
  }

  #messageEvents(message: SimMessage, events: SimEvent[], faults: SimEvent[]): void {
    const { record, task, end, isCopy, state, holder } = message;
    if (state === "new") {
      const busy = this.executors.filter((e) => e.isLive && e.message === record).length;
      if (busy < this.options.executorsPerMessage) {
        events.push({ label: `deliver #${record.sequence}`, happen: () => this.#deliver(message), wakes: true });
      }
    } else if (state === "pending") {
      const expire = { label: `redeliver #${record.sequence}`, happen: () => void (message.state = "new") };
      (holder?.isLive === true && !holder.isFrozen ? faults : events).push(expire);
    }
    if (this.#copies < 2 && !isCopy) {
      if (this.store.get(end) === undefined) {
        faults.push({ label: `again #${record.sequence}`, happen: () => this.#copy(record), wakes: true });
      } else if (state === "new" && this.scenario.isCancelled === true) {
        events.push({ label: `ended: ack #${record.sequence} unrun`, happen: () => this.#dropMessage(message, task) });
      }
    }
  }

  #jobEvents(events: SimEvent[], faults: SimEvent[]): void {
    for (const job of this.#jobs) {
      const run = { label: `job ${job.label}`, happen: () => this.#runJob(job), wakes: true };
      if (job.runs === 0) events.push(run);
      else if (job.runs === 1) faults.push(run);
    }
    if (!this.#isCancelDue) return;
    const cancel = () => {
      this.#isCancelDue = false;
      this.#runJob(dueJobs.cancel(simTask(1)));
    };
    events.push({ label: "cancel", happen: cancel, wakes: true });
  }

  // how it happens

  #crash(executor: SimExecutor): void {
    executor.isLive = false;
    this.crashedNodes.add(`n${executor.id}`);
    if (executor.hop !== undefined) this.invariants.crashedHops.add(executor.hop);
  }

  #changeLeader(): void {
    this.#leaderChanges--;
    this.store.changeLeader(this.options.choose(this.store.inFlight + 1));
  }

  /** The server lost what it knew of deliveries. */
  #reset(): void {
    this.#resets--;
    for (const message of this.#messages.values()) {
      message.deliveries = 0;
      message.state = "new";
    }
  }

  #dropMessage(message: SimMessage, task: string): void {
    message.state = "acked";
    this.invariants.droppedTasks.add(task);
    for (const executor of this.executors) executor.running.end(simTask(1));
  }

  #onStored(record: StoredRecord): void {
    this.trace(`    #${record.sequence} ${record.subject} ${JSON.stringify(record.header?.writer ?? {})}`);
    this.invariants.onStored(record);
    const at = SUBJECTS.parseLog(record.subject);
    if (at?.name.class === "m") {
      const known = { record, task: at.task, end: SUBJECTS.done(at.task), isCopy: at.name.kind.startsWith("again") };
      this.#messages.set(record.sequence, { ...known, state: "new", deliveries: 0, holder: undefined });
    }
    this.#jobs.push(...dueJobs.after(record, this.scenario));
  }

  #copy(record: StoredRecord): void {
    this.#copies++;
    this.#runJob(dueJobs.again(record, this.#copies));
  }

  #runJob(job: SimJob): void {
    job.runs++;
    const executor = this.#spawn(job.label, undefined);
    void job.run(executor.log).then(() => (executor.isLive = false));
  }

  #spawn(role: string, message: StoredRecord | undefined): SimExecutor {
    const id = this.executors.length;
    const read = message === undefined ? undefined : readMessage(message, simRole(this.scenario, role, id));
    const hop = read !== undefined && "hop" in read ? read.hop : undefined;
    const executor = new SimExecutor(id, role, this, message, hop);
    this.executors.push(executor);
    return executor;
  }

  #deliver(message: SimMessage): void {
    const { record } = message;
    const role = SUBJECTS.parseLog(record.subject)?.name.to ?? "";
    message.deliveries++;
    message.state = "pending";
    const executor = this.#spawn(role, record);
    message.holder = executor;
    const answer = (label: string, state: "acked" | "new") => {
      const arrive = () => {
        if (message.state === "pending") message.state = state;
        else if (state === "acked") message.state = state;
      };
      this.#net.send(`${label} #${record.sequence}`, arrive);
    };
    const delivery: Delivery = {
      record,
      isFirst: message.deliveries === 1,
      arrivedMs: executor.nowMs,
      ack: () => answer("ack", "acked"),
      working: () => undefined,
      giveBack: () => answer("give back", "new"),
    };
    void runHop(this, executor, delivery);
  }
}
