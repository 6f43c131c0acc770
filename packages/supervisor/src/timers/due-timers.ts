import {
  answerRecord,
  answersFilter,
  type Clock,
  type DecideOncePorts,
  decideOnce,
  doneRecord,
  expiredBody,
  type Logger,
  messageOf,
  type OpenWait,
  type Passport,
  passportAt,
  type Subjects,
  writeOnce,
} from "@troupe/runtime/internal";
import type { Observation } from "../observer/observation.ts";
import type { TaskIndex } from "../observer/task-index.ts";
import { type Due, dueOf, timerAnswer } from "./due.ts";
import { DueHeap } from "./due-heap.ts";

/** How long after a write without a clear answer it is tried again. */
const RETRY_MS = 1_000;
/** Longest sleep: wall time may jump, so due times are looked at this often at least. */
const LOOK_MS = 1_000;
/** Most due items that are written at once. */
const BATCH = 64;

export interface DueTimersOptions {
  readonly subjects: Subjects;
  readonly index: TaskIndex;
  readonly ports: DecideOncePorts;
  readonly logger: Logger;
  /** Called when others may decide on an approval as well, since that time. */
  readonly onEscalated?: (wait: OpenWait, atMs: number) => void;
}

/**
 * The leader's due times: sleeps, time-outs of calls, signals and approvals, deadlines of tasks. In memory, rebuilt from the log with the index;
 * firing is write-once, so firing twice (two leaders, a restart) is harmless. Without a leader everything is late, nothing is lost.
 */
export class DueTimers {
  readonly #options: DueTimersOptions;
  readonly #clock: Clock;
  readonly #heap = new DueHeap<Due>();
  #wake = new AbortController();

  constructor(options: DueTimersOptions) {
    this.#options = options;
    this.#clock = options.ports.clock;
  }

  get size(): number {
    return this.#heap.size;
  }

  /** Takes in what an observation makes due. */
  observe(observation: Observation): void {
    for (const { atMs, due } of dueOf(this.#options.subjects, observation)) this.#push(atMs, due);
  }

  /** Fires what is due, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.fireDue();
      const nowMs = this.#clock.nowMs();
      const waitMs = Math.min(LOOK_MS, Math.max(0, (this.#heap.nextMs ?? Number.POSITIVE_INFINITY) - nowMs));
      this.#wake = new AbortController();
      await this.#clock.sleep(waitMs, AbortSignal.any([signal, this.#wake.signal])).catch(() => undefined);
    }
  }

  /** Fires everything that is due now. */
  async fireDue(): Promise<void> {
    for (;;) {
      const batch: Due[] = [];
      while (batch.length < BATCH) {
        const due = this.#heap.popDue(this.#clock.nowMs());
        if (!due) break;
        batch.push(due);
      }
      if (batch.length === 0) return;
      await Promise.all(batch.map((due) => this.#fire(due)));
    }
  }

  #push(atMs: number, due: Due): void {
    const isEarlier = atMs < (this.#heap.nextMs ?? Number.POSITIVE_INFINITY);
    this.#heap.push(atMs, due);
    if (isEarlier) this.#wake.abort();
  }

  async #fire(due: Due): Promise<void> {
    try {
      if (due.kind === "deadline") await this.#expire(due);
      else if (due.kind === "escalation") this.#escalate(due);
      else await this.#answer(due);
    } catch (error) {
      this.#options.logger.warn(
        { due: due.kind, reason: messageOf(error) },
        "a timer could not be written; it is tried again",
      );
      this.#push(this.#clock.nowMs() + RETRY_MS, due);
    }
  }

  async #expire({ task }: Due & { kind: "deadline" }): Promise<void> {
    const { index, ports, subjects } = this.#options;
    if (!index.open(task)) return;
    await writeOnce(ports, doneRecord(subjects, task, expiredBody("timer")));
  }

  #escalate({ wait, atMs }: Due & { kind: "escalation" }): void {
    const { index, onEscalated } = this.#options;
    const { task, hop, wait: number, awaited } = wait;
    const isLeft = (index.open(task)?.waits.get(hop)?.wait ?? 0) > number;
    if (!isLeft && !index.isAnswered(task, awaited.hop)) onEscalated?.(wait, atMs);
  }

  async #answer({ wait }: Due & { kind: "answer" }): Promise<void> {
    const { index, ports, subjects } = this.#options;
    const task = index.open(wait.task);
    if (!task || index.isAnswered(wait.task, wait.awaited.hop)) return;
    // Answers of roles are not followed; that the hop waits for something else shows that this one came, or is not needed.
    if ((task.waits.get(wait.hop)?.wait ?? wait.wait) > wait.wait) return;
    const passport = passportAt(this.#clock.nowMs(), task.passport ?? ANONYMOUS, task.startedAtMs);
    const record = answerRecord(subjects, wait, "timer", timerAnswer(wait.awaited), passport);
    if (wait.awaited.type === "approval") await decideOnce(ports, answersFilter(subjects, wait), record);
    else await writeOnce(ports, record);
  }
}

/** For a task whose start record does not tell: nothing is handed down. */
const ANONYMOUS: Passport = { index: 0, tenant: "default", depth: 0, trail: [], taint: [], requires: [] };
