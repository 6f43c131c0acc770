/**
 * A simulated log stream, as nasty as the real one (measured.md): write-once subjects, fences, and in mode R3 writes in flight that are
 * invisible to fences with another string, answered by 10164 or 10077, and lost when the leader changes. Synchronous and without faults of
 * its own: who drives it decides what happens when.
 */
import { decodeRecordHeader, encodeRecordHeader } from "../contracts/record.ts";
import type { AppendOutcome, Fence, NewRecord, StoredRecord } from "../log/task-log.ts";

/** One server, or three of which a majority has to agree. */
export type SimMode = "R1" | "R3";

/** A write that the leader has taken and the followers have not confirmed. */
interface Flight {
  readonly record: NewRecord;
  readonly fence: Fence | undefined;
  readonly answer: (outcome: AppendOutcome) => void;
}

export class SimStore {
  readonly mode: SimMode;
  readonly records: StoredRecord[] = [];
  readonly #bySubject = new Map<string, StoredRecord>();
  readonly #onStored: (record: StoredRecord) => void;
  #flights: Flight[] = [];

  constructor(mode: SimMode, onStored: (record: StoredRecord) => void = () => undefined) {
    this.mode = mode;
    this.#onStored = onStored;
  }

  get inFlight(): number {
    return this.#flights.length;
  }

  /** Takes a write. On R1 it is answered before this returns; on R3 a write that is let in is answered when it is confirmed or lost. */
  append(record: NewRecord, fence: Fence | undefined, answer: (outcome: AppendOutcome) => void): void {
    const refusal = this.#refusalOf(record, fence);
    if (refusal !== undefined) answer(refusal);
    else if (this.mode === "R1") answer({ kind: "stored", sequence: this.#store(record) });
    else this.#flights.push({ record, fence, answer });
  }

  /** The oldest write in flight is confirmed; its answer may get lost. */
  confirm(isAnswerLost = false): void {
    const flight = this.#flights.shift();
    if (flight === undefined) return;
    const sequence = this.#store(flight.record);
    flight.answer(isAnswerLost ? LOST : { kind: "stored", sequence });
  }

  /** The leader dies: the first `confirmed` writes in flight survive it, the others never happened. Nobody gets an answer. */
  changeLeader(confirmed: number): void {
    for (let i = 0; i < confirmed; i++) this.confirm(true);
    const lost = this.#flights;
    this.#flights = [];
    for (const flight of lost) flight.answer(LOST);
  }

  /** The last record under a filter that a replica with the first `upTo` records shows. */
  last(filter: string, upTo = this.records.length): StoredRecord | undefined {
    const matches = filterOf(filter);
    for (let i = Math.min(upTo, this.records.length) - 1; i >= 0; i--) {
      const record = this.records[i];
      if (record !== undefined && matches(record.subject)) return record;
    }
    return undefined;
  }

  get(subject: string, upTo = this.records.length): StoredRecord | undefined {
    const record = this.#bySubject.get(subject);
    return record !== undefined && record.sequence <= upTo ? record : undefined;
  }

  #refusalOf(record: NewRecord, fence: Fence | undefined): AppendOutcome | undefined {
    if (fence !== undefined) {
      if (this.#flights.some((flight) => flight.fence?.filter === fence.filter)) return { kind: "undecided" };
      if ((this.last(fence.filter)?.sequence ?? 0) !== fence.sequence) return { kind: "fence_moved" };
    }
    const isTaken =
      this.#bySubject.has(record.subject) || this.#flights.some((f) => f.record.subject === record.subject);
    return isTaken ? { kind: "exists" } : undefined;
  }

  #store(given: NewRecord): number {
    const sequence = this.records.length + 1;
    const decoded = decodeRecordHeader(encodeRecordHeader(given.header));
    const { trace } = given.header;
    const header = decoded && trace ? { ...decoded, trace } : decoded;
    const record: StoredRecord = { ...given, header, sequence, storedAtMs: 0 };
    this.records.push(record);
    this.#bySubject.set(record.subject, record);
    this.#onStored(record);
    return sequence;
  }
}

const LOST: AppendOutcome = { kind: "unknown", text: "the answer got lost" };

/** Whether a subject matches a NATS filter (`*` one token, `>` the rest). */
export function filterOf(filter: string): (subject: string) => boolean {
  if (filter.endsWith(".>") && !filter.includes("*")) {
    const prefix = filter.slice(0, -1);
    return (subject) => subject.startsWith(prefix);
  }
  const wanted = filter.split(".");
  return (subject) => {
    const tokens = subject.split(".");
    return (
      wanted.every(
        (token, i) => token === ">" || (tokens[i] !== undefined && (token === "*" || token === tokens[i])),
      ) && (wanted.at(-1) === ">" ? tokens.length >= wanted.length : tokens.length === wanted.length)
    );
  };
}
