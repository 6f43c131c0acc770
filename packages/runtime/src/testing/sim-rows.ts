import { TroupeError } from "../errors.ts";
import type { Expectation, HeaderFields } from "../nats/header-block.ts";
import type { PublishOutcome } from "../nats/publish-outcome.ts";
import type { RowStore, StoredRow } from "../nats/row-store.ts";
import type { Random } from "../random.ts";
import { filterOf } from "./sim-store.ts";
import type { SimProcess, SimTime } from "./sim-time.ts";

/** How often what goes over the network, or is read, goes wrong; 0 to 1. */
export interface SimNetwork {
  /** A request, an answer, or a message gets lost; half as often each comes late. */
  readonly lostRate: number;
  /** A read is answered by a replica that has not seen the newest writes. */
  readonly staleRate: number;
}

export const CALM: SimNetwork = { lostRate: 0, staleRate: 0 };

const UNKNOWN: PublishOutcome = { kind: "unknown", text: "nobody answered in time" };
const TIMEOUT_MS = 1_000;
const LATEST_MS = 8_000;
const SLOWEST_MS = 20;

interface Subject {
  readonly rows: StoredRow[];
}

/**
 * The rows of all buckets at a simulated server: compare-and-set by the last sequence of a subject. On the way requests get lost, answers get
 * lost although the write happened, writes arrive long after their writer gave them up, and reads show an older state.
 */
export class SimRows {
  readonly #time: SimTime;
  readonly #random: Random;
  readonly #subjects = new Map<string, Subject>();
  readonly #onWritten: (row: StoredRow, by: SimProcess) => void;
  #sequence = 0;
  network: SimNetwork = CALM;

  constructor(time: SimTime, random: Random, onWritten: (row: StoredRow, by: SimProcess) => void) {
    this.#time = time;
    this.#random = random;
    this.#onWritten = onWritten;
  }

  /** The last row of each subject under a filter, markers included, as it is at the server. */
  all(filter: string): readonly StoredRow[] {
    return this.#matching(filter, 0);
  }

  /** The store as a process reaches it. */
  reachedBy(process: SimProcess): RowStore {
    return {
      publish: (subject, body, headers, expected) => this.#publish(process, { subject, body, headers, expected }),
      last: (subject) => this.#read(process, (lag) => last(this.#subjects.get(subject), lag)),
      all: (filter) => this.#read(process, (lag) => this.#matching(filter, lag)),
    };
  }

  /** Whether a message of a process, or to it, arrives; drawn anew with each call. */
  isLost(process: SimProcess): boolean {
    return process.isCutOff || this.#random.unit() < this.network.lostRate;
  }

  /** How long a message is under way, ms. */
  delayMs(): number {
    const isLate = this.#random.unit() < this.network.lostRate / 2;
    return this.#random.unit() * (isLate ? LATEST_MS : SLOWEST_MS);
  }

  #publish(process: SimProcess, write: Write): Promise<PublishOutcome> {
    return new Promise((resolve) => {
      let isAnswered = false;
      const answer = (outcome: PublishOutcome) => {
        if (!isAnswered) resolve(outcome);
        isAnswered = true;
      };
      process.after(TIMEOUT_MS, () => answer(UNKNOWN));
      if (this.isLost(process)) return;
      this.#time.after(this.delayMs(), () => {
        const outcome = this.#take(process, write);
        if (!this.isLost(process)) process.after(this.delayMs(), () => answer(outcome));
      });
    });
  }

  #take(by: SimProcess, { subject, body, headers, expected }: Write): PublishOutcome {
    const known = this.#subjects.get(subject) ?? { rows: [] };
    if (expected !== undefined && (known.rows.at(-1)?.sequence ?? 0) !== expected.sequence)
      return { kind: "fence_moved" };
    const row = { subject, sequence: ++this.#sequence, body, operation: headers?.["KV-Operation"] ?? "" };
    this.#subjects.set(subject, { rows: [...known.rows.slice(-2), row] });
    this.#onWritten(row, by);
    return { kind: "stored", sequence: row.sequence };
  }

  #read<T>(process: SimProcess, read: (lag: number) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let isAnswered = false;
      process.after(TIMEOUT_MS, () => {
        if (!isAnswered) reject(new TroupeError("unavailable", "nobody answered in time"));
      });
      if (this.isLost(process)) return;
      this.#time.after(this.delayMs(), () => {
        const lag = this.#random.unit() < this.network.staleRate ? 1 : 0;
        const found = read(lag);
        if (this.isLost(process)) return;
        process.after(this.delayMs(), () => {
          isAnswered = true;
          resolve(found);
        });
      });
    });
  }

  #matching(filter: string, lag: number): readonly StoredRow[] {
    const matches = filterOf(filter);
    return [...this.#subjects].flatMap(([subject, rows]) => {
      const row = matches(subject) ? last(rows, lag) : undefined;
      return row === undefined ? [] : [row];
    });
  }
}

interface Write {
  readonly subject: string;
  readonly body: Uint8Array;
  readonly headers: HeaderFields | undefined;
  readonly expected: Expectation | undefined;
}

const last = (subject: Subject | undefined, lag: number): StoredRow | undefined => subject?.rows.at(-1 - lag);
