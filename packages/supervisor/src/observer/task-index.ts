import type { HopId, Origin, Passport, SessionKey, TaskId } from "@troupe/runtime/internal";
import type { Died, Ended, Observation, Started, Waiting } from "./observation.ts";

/** A task that has not ended, as far as the observed records tell. */
export interface OpenTask {
  readonly task: TaskId;
  /** Mailbox that its start record went to; `undefined` until that record was seen. */
  readonly mailbox: string | undefined;
  readonly startedAtMs: number;
  readonly passport: Passport | undefined;
  readonly origin: Origin | undefined;
  /** When its last observed record was stored; ms since 1970. */
  readonly lastSeenMs: number;
  /** Latest wait of each hop that ever waited, as observed: continuations are not followed. */
  readonly waits: ReadonlyMap<HopId, Waiting>;
  readonly deaths: ReadonlyMap<HopId, Died>;
  /** Dead hops whose message somebody has. */
  readonly handedOn: ReadonlySet<HopId>;
  /** Whether several of its hops may run at once. */
  readonly isForked: boolean;
}

/** A task that has ended and is still in the log. */
export interface EndedTask {
  readonly task: TaskId;
  readonly mailbox: string | undefined;
  readonly startedAtMs: number | undefined;
  readonly endedAtMs: number;
  /** Of its end record. */
  readonly sequence: number;
  /** Ended by somebody outside of its graph (a cancel, an expiry). */
  readonly isFromOutside: boolean;
  /** Whether some hop of it waited for a person or a time. */
  readonly hasWaited: boolean;
  readonly session: { readonly key: SessionKey; readonly turn: number } | undefined;
  readonly origin: Origin | undefined;
  readonly tenant: string | undefined;
  /** Whether it was ended from outside after one of its hops had died. */
  readonly isDeadLettered: boolean;
  readonly deaths: ReadonlyMap<HopId, Died>;
  readonly handedOn: ReadonlySet<HopId>;
  /** Whether some of its hops may still run: it was ended from outside, or had several hops at once. */
  readonly mayStillRun: boolean;
}

interface Entry {
  open: OpenTask;
  started: Started | undefined;
  hasWaited: boolean;
  readonly waits: Map<HopId, Waiting>;
  readonly deaths: Map<HopId, Died>;
  readonly handedOn: Set<HopId>;
  readonly answered: Set<string>;
  /** Of the answered, those that were told no, or too late. */
  readonly refused: Set<string>;
}

/** One for all of the many that ended well. */
const NO_DEATHS: ReadonlyMap<HopId, Died> = new Map();
const NO_HOPS: ReadonlySet<HopId> = new Set();

/**
 * An index of open tasks, waits, dead letters and finished tasks: all in memory, rebuilt from the log. Records of one task may come in any
 * order, since each kind is followed by a consumer of its own.
 */
export class TaskIndex {
  readonly #open = new Map<TaskId, Entry>();
  /** In the order in which they were seen to end. */
  readonly #ended = new Map<TaskId, EndedTask>();
  readonly #openByVersion = new Map<string, number>();
  /** When tasks ended as dead letters, in the order in which they were seen to. */
  readonly #deadLetteredAtMs: number[] = [];

  get openCount(): number {
    return this.#open.size;
  }
  get endedCount(): number {
    return this.#ended.size;
  }

  open(task: TaskId): OpenTask | undefined {
    return this.#open.get(task)?.open;
  }
  ended(task: TaskId): EndedTask | undefined {
    return this.#ended.get(task);
  }
  *openTasks(): Generator<OpenTask> {
    for (const { open } of this.#open.values()) yield open;
  }
  /** Oldest end first. */
  endedTasks(): Iterable<EndedTask> {
    return this.#ended.values();
  }
  openOf(version: string): number {
    return this.#openByVersion.get(version) ?? 0;
  }
  /** Versions with an open task. */
  openVersions(): readonly string[] {
    return [...this.#openByVersion].flatMap(([version, count]) => (count > 0 ? [version] : []));
  }
  /** How many tasks ended as dead letters since then; ms since 1970. Remembers the last 1,000. */
  deadLetteredSince(sinceMs: number): number {
    return this.#deadLetteredAtMs.filter((atMs) => atMs >= sinceMs).length;
  }
  /** Whether an open task's hop, under which somebody outside the graph may answer, has its answer. */
  isAnswered(task: TaskId, hop: string): boolean {
    return this.#open.get(task)?.answered.has(hop) ?? true;
  }

  /** Whether the answer was a no, or that it is too late. */
  isRefused(task: TaskId, hop: string): boolean {
    return this.#open.get(task)?.refused.has(hop) ?? false;
  }

  /**
   * What is known, as if it were observed now: ends in their order, then what there is of open tasks. What nobody acts on any more is left
   * out: waits that were left, and all but the ends of ended tasks.
   */
  *observations(): Generator<Observation> {
    for (const { task, sequence, endedAtMs: atMs, isFromOutside } of this.#ended.values())
      yield { kind: "ended", task, sequence, atMs, isFromOutside };
    for (const { started, waits, deaths } of this.#open.values()) {
      if (started) yield started;
      yield* waits.values();
      yield* deaths.values();
    }
  }

  /** Takes an observation in; seeing one twice is harmless. */
  apply(observation: Observation): void {
    const ended = this.#ended.get(observation.task);
    if (ended) return this.#applyToEnded(ended, observation);
    const entry = this.#entry(observation);
    switch (observation.kind) {
      case "started":
        entry.started = observation;
        this.#change(entry, startOf(observation));
        break;
      case "waiting":
        this.#takeWait(entry, observation);
        break;
      case "answered":
        entry.answered.add(observation.hop);
        if (observation.reply === undefined || "error" in observation.reply) entry.refused.add(observation.hop);
        break;
      case "died":
        entry.deaths.set(observation.hop, observation);
        break;
      case "handed_on":
        entry.handedOn.add(observation.hop);
        break;
      case "forked":
        this.#change(entry, { isForked: true });
        break;
      case "ended":
        return this.#end(entry, observation);
    }
    this.#change(entry, { lastSeenMs: Math.max(entry.open.lastSeenMs, observation.atMs) });
  }

  /** Drops a task that is no longer in the log. */
  forget(task: TaskId): void {
    this.#ended.delete(task);
    if (this.#open.delete(task)) this.#count(task, -1);
  }

  #entry({ task, atMs }: Observation): Entry {
    const known = this.#open.get(task);
    if (known) return known;
    const waits = new Map<HopId, Waiting>();
    const deaths = new Map<HopId, Died>();
    const handedOn = new Set<HopId>();
    const open: OpenTask = {
      task,
      mailbox: undefined,
      startedAtMs: atMs,
      passport: undefined,
      origin: undefined,
      lastSeenMs: atMs,
      waits,
      deaths,
      handedOn,
      isForked: false,
    };
    const answers = { answered: new Set<string>(), refused: new Set<string>() };
    const entry: Entry = { open, started: undefined, hasWaited: false, waits, deaths, handedOn, ...answers };
    this.#open.set(task, entry);
    this.#count(task, 1);
    return entry;
  }

  #change(entry: Entry, change: Partial<OpenTask>): void {
    entry.open = { ...entry.open, ...change };
  }

  #takeWait(entry: Entry, waiting: Waiting): void {
    const known = entry.waits.get(waiting.hop);
    if (!known || waiting.wait >= known.wait) entry.waits.set(waiting.hop, waiting);
    if (isUntimed(waiting)) entry.hasWaited = true;
    // A join that goes on with fewer answers than it asked for leaves hops behind it that still run.
    if (waiting.body.for.length > waiting.body.need) this.#change(entry, { isForked: true });
  }

  #end({ open, hasWaited, deaths, handedOn }: Entry, { sequence, atMs: endedAtMs, isFromOutside }: Ended): void {
    const { task, mailbox, passport, origin, isForked } = open;
    const { session, turn } = passport ?? {};
    this.#open.delete(task);
    this.#count(task, -1);
    if (isFromOutside && deaths.size > 0) this.#deadLetteredAtMs.push(endedAtMs);
    if (this.#deadLetteredAtMs.length > 1_000) this.#deadLetteredAtMs.shift();
    this.#ended.set(task, {
      task,
      mailbox,
      startedAtMs: mailbox === undefined ? undefined : open.startedAtMs,
      endedAtMs,
      sequence,
      isFromOutside,
      hasWaited,
      session: session !== undefined && turn !== undefined ? { key: session, turn } : undefined,
      origin,
      tenant: passport?.tenant,
      isDeadLettered: isFromOutside && deaths.size > 0,
      deaths: deaths.size === 0 ? NO_DEATHS : deaths,
      handedOn: handedOn.size === 0 ? NO_HOPS : handedOn,
      mayStillRun: isFromOutside || isForked,
    });
  }

  #applyToEnded(ended: EndedTask, observation: Observation): void {
    const { task } = ended;
    if (observation.kind === "started") {
      const { mailbox, startedAtMs, passport, origin } = startOf(observation);
      const { session: key, turn } = passport ?? {};
      const session = key !== undefined && turn !== undefined ? { key, turn } : undefined;
      this.#ended.set(task, { ...ended, mailbox, startedAtMs, origin, session, tenant: passport?.tenant });
    }
    if (observation.kind === "died") {
      const deaths = new Map(ended.deaths).set(observation.hop, observation);
      this.#ended.set(task, { ...ended, deaths });
    }
    if (observation.kind === "handed_on") {
      this.#ended.set(task, { ...ended, handedOn: new Set(ended.handedOn).add(observation.hop) });
    }
    if (observation.kind === "forked") this.#ended.set(task, { ...ended, mayStillRun: true });
    if (observation.kind === "waiting" && isUntimed(observation)) this.#ended.set(task, { ...ended, hasWaited: true });
  }

  #count(task: TaskId, change: number): void {
    const version = task.split("-", 2)[1] ?? "";
    this.#openByVersion.set(version, this.openOf(version) + change);
  }
}

/** Whether nobody in the graph decides how long it takes. */
const isUntimed = ({ body }: Waiting): boolean => body.for.some(({ type }) => type !== "call");

const startOf = ({ mailbox, atMs, passport, origin }: Started) => ({ mailbox, startedAtMs: atMs, passport, origin });
