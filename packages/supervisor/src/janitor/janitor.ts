import { jetstreamManager } from "@nats-io/jetstream";
import {
  directGetAll,
  directGetLast,
  headersOfPackedPart,
  type Link,
  type Logger,
  messageOf,
  type Publisher,
  packTask,
  parseTaskId,
  type SessionKey,
  type StoredRecord,
  type Subjects,
  type TaskId,
  TroupeError,
  taskSessionKey,
  USAGE_HEADER,
  usageHeader,
  usageOfTask,
} from "@troupe/runtime/internal";
import type { TaskIndex } from "../observer/task-index.ts";
import type { TaskReader } from "../observer/task-reader.ts";
import { type Leaving, leavingTasks, wasContested } from "./decide.ts";
import type { JanitorLimits } from "./limits.ts";
import { oldRevisions, type SessionRecord, spentTurns } from "./session-records.ts";

/** Revisions of a role's state that a session keeps: an execution reads those after the one that it began with. */
const KEPT_REVISIONS = 100;
/** A session's revisions are looked at once in this many turns. */
const TURNS_A_LOOK = 10;
/** Tasks, and deletions of one task's records, that are under way at once. */
const AT_ONCE = 16;

export interface JanitorOptions {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly index: TaskIndex;
  readonly reader: TaskReader;
  readonly publisher: Publisher;
  readonly logger: Logger;
  readonly limits: JanitorLimits;
  readonly nowMs: () => number;
}

/**
 * Moves finished tasks from the log to the archive: packed, stored, and only then deleted, record by record by sequence (a purge by
 * wildcard stalls writers), the end record last. A crash in between leaves a task that is moved again.
 */
export class Janitor {
  readonly #options: JanitorOptions;
  /** Young tasks that were claimed by somebody: they stay for the whole retention. */
  readonly #stay = new Set<TaskId>();
  /** Tasks that are the newest turn of their session, by session: their end is what the next turn is started by. */
  readonly #newestTurns = new Map<SessionKey, TaskId>();

  constructor(options: JanitorOptions) {
    this.#options = options;
  }

  /** One round. Returns how many tasks left the log. */
  async clean(): Promise<number> {
    const { index, limits, nowMs } = this.#options;
    const held = new Set(this.#newestTurns.values());
    const leaving = leavingTasks(index.endedTasks(), index.endedCount, this.#stay, held, limits, nowMs());
    const next = leaving.values();
    let moved = 0;
    const moveSome = async () => {
      for (const task of next) if (await this.#move(task)) moved++;
    };
    await Promise.all(Array.from({ length: AT_ONCE }, moveSome));
    return moved;
  }

  async #move({ task, isEarly }: Leaving): Promise<boolean> {
    const { reader, index, logger } = this.#options;
    try {
      if (await this.#isNewestTurn(task)) return false;
      const { stored, records } = await reader.read(task);
      if (isEarly && wasContested(records)) {
        this.#stay.add(task);
        return false;
      }
      if (stored.length > 0) {
        await this.#archive(task, stored, usageHeader(usageOfTask(records)));
        await this.#cleanSession(task);
        await this.#deleteTask(task, stored);
      }
      index.forget(task);
      this.#stay.delete(task);
      return true;
    } catch (error) {
      logger.warn({ task, reason: messageOf(error) }, "a finished task could not be moved to the archive");
      return false;
    }
  }

  /** Whether the next turn of the task's session is still to come. Remembers it; the end of a later turn lets it go. */
  async #isNewestTurn(task: TaskId): Promise<boolean> {
    const { link, subjects, index } = this.#options;
    const session = index.ended(task)?.session;
    if (!session) return false;
    const shard = shardOf(task);
    const last = await directGetLast(link, subjects.logStream(shard), subjects.turns(shard, session.key));
    const newest = last === undefined ? 0 : (subjects.parseSession(last.subject)?.number ?? 0);
    if (newest > session.turn) return false;
    this.#newestTurns.set(session.key, task);
    return true;
  }

  async #archive(task: TaskId, stored: readonly StoredRecord[], usage: string | undefined): Promise<void> {
    const { publisher, subjects } = this.#options;
    const parts = packTask(stored);
    for (const [part, body] of parts.entries()) {
      const headers = {
        ...headersOfPackedPart(parts.length),
        ...(part === 0 && usage !== undefined ? { [USAGE_HEADER]: usage } : {}),
      };
      const outcome = await publisher.publish(subjects.archive(task, part), body, headers);
      // An earlier, interrupted move stored it, from a log that was still whole.
      if (outcome.kind === "stored" || outcome.kind === "exists") continue;
      throw new TroupeError("unavailable", `the archive answered ${outcome.kind}`);
    }
  }

  /** The session's records that nobody needs once this task has ended; of a task without a session all of its state. */
  async #cleanSession(task: TaskId): Promise<void> {
    const { index, subjects } = this.#options;
    const shard = shardOf(task);
    const session = index.ended(task)?.session;
    if (!session) {
      const state = await this.#sessionRecords(shard, subjects.stateOf(shard, taskSessionKey(task), "*"));
      return this.#delete(shard, oldRevisions(subjects, state, 0));
    }
    const { key, turn } = session;
    const turns = await this.#sessionRecords(shard, subjects.turns(shard, key));
    await this.#delete(shard, spentTurns(subjects, turns, turn));
    if (turn % TURNS_A_LOOK !== 0) return;
    const state = await this.#sessionRecords(shard, subjects.stateOf(shard, key, "*"));
    await this.#delete(shard, oldRevisions(subjects, state, KEPT_REVISIONS));
  }

  #sessionRecords(shard: number, filter: string): Promise<readonly SessionRecord[]> {
    const { link, subjects } = this.#options;
    return directGetAll(link, subjects.logStream(shard), { writtenOnce: filter });
  }

  async #deleteTask(task: TaskId, stored: readonly StoredRecord[]): Promise<void> {
    const done = this.#options.subjects.done(task);
    await this.#delete(shardOf(task), sequencesOf(stored.filter(({ subject }) => subject !== done)));
    await this.#delete(shardOf(task), sequencesOf(stored.filter(({ subject }) => subject === done)));
  }

  async #delete(shard: number, sequences: readonly number[]): Promise<void> {
    if (sequences.length === 0) return;
    const { link, subjects } = this.#options;
    const stream = subjects.logStream(shard);
    const { streams } = await jetstreamManager(link.nc, { checkAPI: false });
    for (let at = 0; at < sequences.length; at += AT_ONCE) {
      const batch = sequences.slice(at, at + AT_ONCE);
      await Promise.all(batch.map((sequence) => streams.deleteMessage(stream, sequence, false)));
    }
  }
}

const sequencesOf = (records: readonly StoredRecord[]): readonly number[] => records.map(({ sequence }) => sequence);
const shardOf = (task: TaskId): number => parseTaskId(task)?.shard ?? 0;
