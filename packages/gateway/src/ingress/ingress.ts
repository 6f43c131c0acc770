/**
 * The door: turns requests into tasks. Once it has answered, the task is stored: in the log, in its session's queue, or among those that
 * wait for admission.
 */
import {
  doneRecord,
  expiredBody,
  jsonRecord,
  newTaskId,
  parseTaskId,
  remainingMs,
  startRecord,
  type TaskAccepted,
  type TaskArchive,
  type TaskId,
  type TaskOrder,
  type TaskRequest,
  type TraceContext,
  TroupeError,
  type Version,
  writeOnce,
} from "@troupe/runtime/internal";
import { type ActorLoads, loadWishOf } from "./actor-loads.ts";
import { admit, type Pressure, type Verdict } from "./admission.ts";
import type { Backlog } from "./backlog.ts";
import { type CurrentSystem, decideOrder } from "./decide-order.ts";
import { type KeyStore, requestDigest, requireSameRequest } from "./idempotency-keys.ts";
import type { InFlight } from "./in-flight.ts";
import { type QueueTurnPorts, queueTurn } from "./queue-turn.ts";

/** One request as the door sees it, whatever brought it. */
export interface Submission {
  readonly role: string;
  readonly request: TaskRequest;
  readonly tenant: string;
  readonly user?: string | undefined;
  /** Hash of the idempotency key; absent = every call is a new task. */
  readonly key?: string | undefined;
  readonly trace?: TraceContext | undefined;
}

export interface IngressPorts extends QueueTurnPorts {
  readonly archive: TaskArchive;
  readonly keys: KeyStore;
  readonly shards: number;
  readonly backlogLimit: number;
  readonly inFlight: InFlight;
  /** Throws `no_system`. */
  readonly current: () => CurrentSystem;
  /** Whether tasks of this version still run: it is current, or drains. */
  readonly isServed: (version: Version) => boolean;
  readonly backlog: Backlog;
  readonly loads: Pick<ActorLoads, "take">;
  /** A task was stored to wait, as so many bytes. */
  readonly onWaiting: (order: TaskOrder, bytes: number) => void;
  /** The input as it is stored: encrypted where the system says so, by reference when it is over the inline limit. */
  readonly carried: (order: TaskOrder) => Promise<TaskRequest["input"]>;
}

/** For how long what was read of a task is taken for true before it is stored; less than finished tasks stay in the log. */
const FRESH_MS = 5_000;

interface Storing {
  /** Another submission with the same key may have stored it. */
  readonly mayBeStored: boolean;
  /** When what is known of the key's task was asked for, monotonic; absent = nobody else knows the task. */
  readonly knownSinceMs?: number;
}

export class Ingress {
  readonly #ports: IngressPorts;

  constructor(ports: IngressPorts) {
    this.#ports = ports;
  }

  /**
   * Accepts a task. With a key, a repeat gets the first call's task id. Throws what the caller did wrong, `no_system`, `overloaded` with
   * `retry_after_ms`, `store_full`, or `outcome_unknown` (repeat with the same key).
   */
  async submit(submission: Submission): Promise<TaskAccepted> {
    const { role, request, key } = submission;
    const beganMs = this.#ports.clock.monotonicMs();
    const verdict = admit(this.pressure());
    const digest = key === undefined ? "" : requestDigest(role, request);
    if (key !== undefined) {
      const earlier = await this.#ports.keys.find(key);
      if (earlier) {
        requireSameRequest(earlier, digest);
        if (await this.#isStored(earlier.task, earlier.mailbox)) return accepted(earlier.task, true);
      }
    }
    const decided = this.#decide(submission);
    if (verdict.kind === "refuse") throw overloaded(verdict);
    if (key === undefined) {
      await this.#store(decided, { mayBeStored: false });
      return accepted(decided.task, false);
    }
    const { task, mailbox } = decided;
    const { entry, isFirst } = await this.#ports.keys.claim(key, { v: 1, task, mailbox, digest });
    requireSameRequest(entry, digest);
    if (!isFirst) this.#requireServed(entry.task);
    await this.#store(
      { ...decided, task: entry.task, mailbox: entry.mailbox },
      { mayBeStored: !isFirst, knownSinceMs: beganMs },
    );
    return accepted(entry.task, !isFirst);
  }

  /**
   * Starts a task that waited; one whose deadline passed meanwhile ends as expired, one that was cancelled stays so. `false`: it waits on,
   * since no actor has as little to do as it asks for.
   */
  async startWaiting(order: TaskOrder): Promise<boolean> {
    const { subjects, log, archive, clock } = this.#ports;
    const askedMs = clock.monotonicMs();
    if ((await log.get(subjects.done(order.task))) || (await archive.has(order.task))) return true;
    const hasActor = await this.#hasActor(order);
    // It may have been started elsewhere meanwhile, have ended, and even have left the log.
    if (clock.monotonicMs() - askedMs > FRESH_MS) return this.startWaiting(order);
    if (remainingMs(order, clock.nowMs()) === 0) {
      await writeOnce(this.#ports, doneRecord(subjects, order.task, expiredBody("client"), order.tenant));
      return true;
    }
    if (hasActor) await this.#start(order);
    return hasActor;
  }

  async #hasActor(order: TaskOrder): Promise<boolean> {
    const wish = loadWishOf(order);
    return wish === undefined || this.#ports.loads.take(wish);
  }

  pressure(): Pressure {
    const { inFlight, backlog, backlogLimit } = this.#ports;
    return {
      inFlight: inFlight.count,
      inFlightLimit: this.#ports.current().system.manifest.limits.inFlight,
      backlog: backlog.count(),
      deferred: backlog.deferred(),
      backlogLimit,
      endedPerSecond: inFlight.endedPerSecond(),
    };
  }

  #decide({ role, request, tenant, user, trace }: Submission): TaskOrder {
    const { clock, random, shards } = this.#ports;
    return decideOrder(role, request, {
      current: this.#ports.current(),
      tenant,
      user,
      trace,
      shards,
      nowMs: clock.nowMs(),
      shard: Math.floor(random.unit() * shards),
      newTaskId: (shard, version) => newTaskId(shard, version, clock, random),
    });
  }

  /** A key may outlive the version that its task was meant for: then nobody would run it. */
  #requireServed(task: TaskId): void {
    const version = parseTaskId(task)?.version;
    if (version !== undefined && this.#ports.isServed(version)) return;
    throw new TroupeError(
      "conflict",
      `the key's task ${task} was never started and its version is gone; use a new key`,
      {
        details: { task_id: task },
      },
    );
  }

  async #isStored(task: TaskId, mailbox: string): Promise<boolean> {
    const { subjects, log, waiting, archive } = this.#ports;
    if (await log.get(subjects.start(task, mailbox))) return true;
    if (await log.get(subjects.done(task))) return true;
    if (await archive.has(task)) return true;
    return (await waiting.get(subjects.waiting("*", task))) !== undefined;
  }

  async #store(decided: TaskOrder, { mayBeStored, knownSinceMs }: Storing): Promise<void> {
    // By now the task's id is known for good: an encrypted input opens under its own only.
    const order = { ...decided, input: await this.#ports.carried(decided) };
    const mayStart = admit(this.pressure()).kind === "start" && (await this.#hasActor(order));
    if (await this.#wasStoredSince(knownSinceMs, order)) return;
    if (order.session) await queueTurn(this.#ports, order, order.session.key, mayBeStored);
    // Judged again: others took places while this one was on its way here.
    else if (mayStart && admit(this.pressure()).kind === "start") await this.#start(order);
    else await this.#wait(order);
  }

  /** What was read of a key's task holds for a moment only: a repeat at another gateway may have run it to its end since. */
  async #wasStoredSince(knownSinceMs: number | undefined, { task, mailbox }: TaskOrder): Promise<boolean> {
    const { clock } = this.#ports;
    for (let askedMs = knownSinceMs ?? clock.monotonicMs(); clock.monotonicMs() - askedMs > FRESH_MS; ) {
      askedMs = clock.monotonicMs();
      if (await this.#isStored(task, mailbox)) return true;
    }
    return false;
  }

  async #start(order: TaskOrder): Promise<void> {
    const { subjects, clock, inFlight, ends } = this.#ports;
    inFlight.started(order.task);
    ends.watch(order.task);
    try {
      await writeOnce(this.#ports, startRecord(subjects, order, clock.nowMs()));
    } catch (error) {
      // An unknown outcome keeps its place: the task may run.
      if (!TroupeError.is(error, "outcome_unknown")) inFlight.ended(order.task);
      throw error;
    }
  }

  async #wait(order: TaskOrder): Promise<void> {
    const { subjects, waiting, clock, random, patienceMs, backlog, onWaiting } = this.#ports;
    const { task, priority } = order;
    const record = jsonRecord(subjects.waiting(priority, task), {}, order);
    // Before the write: the delivery that takes it off the count may come before the answer.
    backlog.stored(priority);
    try {
      await writeOnce({ log: waiting, clock, random, patienceMs }, record);
    } catch (error) {
      backlog.notStored(priority);
      throw error;
    }
    onWaiting(order, record.body.length);
  }
}

const accepted = (task: TaskId, isDuplicate: boolean): TaskAccepted => ({
  task_id: task,
  status: "accepted",
  ...(isDuplicate ? { duplicate: true } : {}),
});

function overloaded(verdict: Extract<Verdict, { kind: "refuse" }>): TroupeError {
  const { retryAfterMs } = verdict;
  return new TroupeError("overloaded", "too many tasks wait for admission", {
    details: { retry_after_ms: retryAfterMs },
  });
}
