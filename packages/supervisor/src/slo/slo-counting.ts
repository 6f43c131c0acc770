/**
 * Counts ended tasks and what they cost, each once, over all terms: every record of the log is counted in the order of its shard, and how
 * far that went is stored with the counts. What was not stored yet when a leader ended is counted anew by the next one, from the log.
 */
import {
  type Clock,
  DoneBody,
  decodeJson,
  type Logger,
  messageOf,
  parseTaskId,
  type Subjects,
  type TaskId,
  type TaskLog,
} from "@troupe/runtime/internal";
import type { Observation } from "../observer/observation.ts";
import type { TaskIndex } from "../observer/task-index.ts";
import { SloHistory } from "./history.ts";
import { outcomeOf, tallyOf } from "./outcome.ts";
import type { Counted, SloRows } from "./slo-rows.ts";
import { EMPTY_TALLY, type Tally } from "./tally.ts";

export interface SloCountingOptions {
  readonly subjects: Subjects;
  readonly index: Pick<TaskIndex, "ended">;
  readonly log: Pick<TaskLog, "get">;
  readonly rows: Pick<SloRows, "read" | "write">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Throws when this process does not surely lead. */
  readonly requireLeading: () => void;
}

/** The kinds of records are followed apart: by then what belongs to an end has been seen too. */
const SETTLE_MS = 1_000;
/** How often counts are stored. */
const STORE_MS = 10_000;
/** Ended tasks that are looked at together: most need no look at the log. */
const AT_ONCE = 64;

interface Ended {
  readonly task: TaskId;
  readonly shard: number;
  readonly sequence: number;
  readonly atMs: number;
  readonly isFromOutside: boolean;
  readonly seenMs: number;
}

/** The cost of one recorded step. */
export interface StepCost {
  readonly shard: number;
  readonly sequence: number;
  readonly atMs: number;
  readonly costMicros: number;
}

export class SloCounting {
  readonly #options: SloCountingOptions;
  readonly #history = new SloHistory();
  #counted: { readonly ends: Record<number, number>; readonly steps: Record<number, number> } | undefined;
  readonly #ended: Ended[] = [];
  readonly #costs: StepCost[] = [];
  readonly #unstored = new Set<number>();
  #stored: Counted = { ends: {}, steps: {} };
  #storedMs = Number.NEGATIVE_INFINITY;

  constructor(options: SloCountingOptions) {
    this.#options = options;
  }

  get history(): SloHistory {
    return this.#history;
  }

  /** Sequence of the last step of a shard whose cost was counted; `undefined` until the stored counts are read. */
  countedStep(shard: number): number | undefined {
    return this.#counted && (this.#counted.steps[shard] ?? 0);
  }

  /** Called after the index has taken the observation in. */
  observe(observation: Observation): void {
    const { task, sequence, atMs } = observation;
    if (observation.kind !== "ended") return;
    const shard = parseTaskId(task)?.shard ?? 0;
    const seenMs = this.#options.clock.monotonicMs();
    this.#ended.push({ task, shard, sequence, atMs, isFromOutside: observation.isFromOutside, seenMs });
  }

  /** Called in the order of each shard. */
  addCost(cost: StepCost): void {
    this.#costs.push(cost);
  }

  /** One round: counts what has settled, and stores counts from time to time. Throws `unavailable`; nothing is then lost. */
  async round(): Promise<void> {
    const counted = await this.#load();
    this.#countCosts(counted.steps);
    await this.#countEnds(counted.ends);
    const { clock } = this.#options;
    if (clock.monotonicMs() - this.#storedMs >= STORE_MS && this.#unstored.size > 0) await this.#store(counted);
  }

  async #load() {
    if (this.#counted) return this.#counted;
    const { hours, counted } = await this.#options.rows.read();
    for (const [hour, minutes] of hours) this.#history.load(hour, minutes);
    this.#history.forget(this.#options.clock.nowMs());
    this.#stored = counted;
    this.#counted = { ends: { ...counted.ends }, steps: { ...counted.steps } };
    return this.#counted;
  }

  #countCosts(counted: Record<number, number>): void {
    for (const { shard, sequence, atMs, costMicros } of this.#costs.splice(0)) {
      if (sequence <= (counted[shard] ?? 0)) continue;
      counted[shard] = sequence;
      this.#add(atMs, { ...EMPTY_TALLY, costMicros });
    }
  }

  /** In the order in which they were seen, which is that of each shard. */
  async #countEnds(counted: Record<number, number>): Promise<void> {
    const settledMs = this.#options.clock.monotonicMs() - SETTLE_MS;
    const unsettled = this.#ended.findIndex(({ seenMs }) => seenMs > settledMs);
    const due = unsettled === -1 ? this.#ended.length : unsettled;
    let done = 0;
    try {
      for (; done < due; done += AT_ONCE) {
        const batch = this.#ended.slice(done, Math.min(due, done + AT_ONCE));
        const tallies = await Promise.all(batch.map((ended) => this.#tally(ended, counted)));
        for (const [i, ended] of batch.entries()) this.#count(ended, tallies[i], counted);
      }
    } finally {
      this.#ended.splice(0, Math.min(done, due));
    }
  }

  #count({ shard, sequence, atMs }: Ended, tally: Tally | undefined, counted: Record<number, number>): void {
    if (!tally || sequence <= (counted[shard] ?? 0)) return;
    counted[shard] = sequence;
    this.#add(atMs, tally);
  }

  /** What an ended task counts as; `undefined` when it was counted before. */
  async #tally(
    { task, shard, sequence, isFromOutside }: Ended,
    counted: Record<number, number>,
  ): Promise<Tally | undefined> {
    if (sequence <= (counted[shard] ?? 0)) return undefined;
    const ended = this.#options.index.ended(task);
    // How long somebody took who waited for a person or a time says nothing.
    const isTimed = ended?.startedAtMs !== undefined && !ended.hasWaited;
    const tookMs = isTimed ? ended.endedAtMs - (ended.startedAtMs ?? 0) : undefined;
    // A role that ends its task by itself has completed it.
    if (!isFromOutside) return tallyOf("completed", tookMs);
    const { log, subjects } = this.#options;
    const stored = await log.get(subjects.done(task));
    const json = stored && decodeJson(stored.body);
    const done = json?.ok ? DoneBody.safeParse(json.value) : undefined;
    // Its record has gone already, or cannot be read here: that one of its hops had died says enough.
    if (!done?.success) return tallyOf(ended?.isDeadLettered ? "failed" : "ignored", undefined);
    return tallyOf(outcomeOf(done.data), undefined);
  }

  #add(atMs: number, tally: Tally): void {
    this.#history.add(atMs, tally);
    const hour = SloHistory.hourOf(atMs);
    // The row of an old hour has minutes that are not in memory any more.
    if (!SloHistory.isOld(hour, this.#options.clock.nowMs())) this.#unstored.add(hour);
  }

  /** The newest hour last, and only that one with how far it went: a crash between two rows counts again rather than not at all. */
  async #store(counted: Counted): Promise<void> {
    const { rows, clock, logger, requireLeading } = this.#options;
    const hours = [...this.#unstored].toSorted((a, b) => a - b);
    const upTo: Counted = { ends: { ...counted.ends }, steps: { ...counted.steps } };
    try {
      for (const [i, hour] of hours.entries()) {
        requireLeading();
        const isLast = i === hours.length - 1;
        await rows.write(hour, this.#history.minutesOf(hour), isLast ? upTo : this.#stored);
      }
      for (const hour of hours) this.#unstored.delete(hour);
      this.#stored = upTo;
    } catch (error) {
      logger.warn({ reason: messageOf(error) }, "counts of objectives were not stored; tried again");
    }
    this.#storedMs = clock.monotonicMs();
    this.#history.forget(clock.nowMs());
  }
}
