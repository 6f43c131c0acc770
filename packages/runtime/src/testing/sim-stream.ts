import { TroupeError } from "../errors.ts";
import type { AppendOutcome, NewRecord, StoredRecord, TaskLog } from "../log/task-log.ts";
import { filterOf } from "./sim-store.ts";
import type { SimProcess, SimTime } from "./sim-time.ts";
import type { SimWire } from "./sim-wire.ts";

const UNKNOWN: AppendOutcome = { kind: "unknown", text: "nobody answered in time" };

export interface SimStreamOptions {
  readonly time: SimTime;
  readonly wire: SimWire;
  /** Every subject is written once; else a repeat of a write is another message. */
  readonly isWriteOnce: boolean;
  /** Called for each record that is stored, with its writer; `undefined`: it was stored at the server itself. */
  readonly onStored?: (record: StoredRecord, by: SimProcess | undefined) => void;
}

/**
 * A stream at a simulated server, without fences. On the way requests get lost, answers get lost although the write happened, writes arrive
 * long after their writer gave them up; a read may not show what has just been written, also when a write of it was refused.
 */
export class SimStream {
  readonly #options: SimStreamOptions;
  readonly #records = new Map<number, StoredRecord>();
  /** In the simulation's time. */
  readonly #storedAtMs = new Map<number, number>();
  /** Sequences of a subject, oldest first. */
  readonly #bySubject = new Map<string, number[]>();
  #sequence = 0;

  constructor(options: SimStreamOptions) {
    this.#options = options;
  }

  /** Stores a record at the server itself. */
  append(record: NewRecord, by?: SimProcess): AppendOutcome {
    const sequences = this.#bySubject.get(record.subject) ?? [];
    if (this.#options.isWriteOnce && sequences.length > 0) return { kind: "exists" };
    const stored: StoredRecord = { ...record, sequence: ++this.#sequence, storedAtMs: 0 };
    this.#records.set(stored.sequence, stored);
    this.#storedAtMs.set(stored.sequence, this.#options.time.nowMs);
    this.#bySubject.set(record.subject, [...sequences, stored.sequence]);
    this.#options.onStored?.(stored, by);
    return { kind: "stored", sequence: stored.sequence };
  }

  /** The last record of a subject, or under a filter, as it is at the server. */
  get(filter: string): StoredRecord | undefined {
    return this.#last(filter, 0);
  }

  remove(sequence: number): void {
    const record = this.#records.get(sequence);
    if (record === undefined) return;
    this.#records.delete(sequence);
    this.#storedAtMs.delete(sequence);
    const left = (this.#bySubject.get(record.subject) ?? []).filter((other) => other !== sequence);
    if (left.length > 0) this.#bySubject.set(record.subject, left);
    else this.#bySubject.delete(record.subject);
  }

  /** Removes all records under a filter. */
  removeAll(filter: string): void {
    for (const sequence of this.#matching(filter)) this.remove(sequence);
  }

  /** The stream as a process reaches it. */
  reachedBy(process: SimProcess): TaskLog {
    const { wire } = this.#options;
    const read = async (filter: string): Promise<StoredRecord | undefined> => {
      const found = await wire.ask(process, () => ({ record: this.#last(filter, wire.lagMs()) }));
      if (found === undefined) throw new TroupeError("unavailable", "nobody answered in time");
      return found.record;
    };
    return {
      append: async (record) => (await wire.ask(process, () => this.append(record, process))) ?? UNKNOWN,
      get: read,
      last: read,
    };
  }

  /** A replica that lags has not seen what was stored in the last moment. */
  #last(filter: string, lagMs: number): StoredRecord | undefined {
    const upToMs = this.#options.time.nowMs - lagMs;
    const sequences = /[*>]/.test(filter) ? this.#matching(filter) : (this.#bySubject.get(filter) ?? []);
    const last = sequences.findLast((sequence) => (this.#storedAtMs.get(sequence) ?? 0) <= upToMs);
    return last === undefined ? undefined : this.#records.get(last);
  }

  #matching(filter: string): readonly number[] {
    const matches = filterOf(filter);
    const found = [...this.#bySubject].flatMap(([subject, sequences]) => (matches(subject) ? sequences : []));
    return found.toSorted((a, b) => a - b);
  }
}
