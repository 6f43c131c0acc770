import { TroupeError } from "../errors.ts";
import type { Expectation, HeaderFields } from "../nats/header-block.ts";
import type { PublishOutcome } from "../nats/publish-outcome.ts";
import type { RowStore, StoredRow } from "../nats/row-store.ts";
import type { Random } from "../random.ts";
import { filterOf } from "./sim-store.ts";
import type { SimProcess, SimTime } from "./sim-time.ts";
import { SimWire } from "./sim-wire.ts";

const UNKNOWN: PublishOutcome = { kind: "unknown", text: "nobody answered in time" };

interface Subject {
  readonly rows: StoredRow[];
}

/**
 * The rows of all buckets at a simulated server: compare-and-set by the last sequence of a subject. On the way requests get lost, answers get
 * lost although the write happened, writes arrive long after their writer gave them up, and reads show an older state.
 */
export class SimRows {
  readonly wire: SimWire;
  readonly #subjects = new Map<string, Subject>();
  readonly #onWritten: (row: StoredRow, by: SimProcess) => void;
  #sequence = 0;

  constructor(time: SimTime, random: Random, onWritten: (row: StoredRow, by: SimProcess) => void) {
    this.wire = new SimWire(time, random);
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

  async #publish(process: SimProcess, write: Write): Promise<PublishOutcome> {
    return (await this.wire.ask(process, () => this.#take(process, write))) ?? UNKNOWN;
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

  async #read<T>(process: SimProcess, read: (lag: number) => T): Promise<T> {
    const found = await this.wire.ask(process, () => ({ value: read(this.wire.isStale() ? 1 : 0) }));
    if (found === undefined) throw new TroupeError("unavailable", "nobody answered in time");
    return found.value;
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
