/**
 * An executor of the simulation: the product's own code, whose every await goes through here. What it asks of the log, the clock or an
 * effect becomes an operation that the scheduler carries out when it likes, well or badly, and resolves when it likes, or never.
 */
import type { Clock } from "../clock.ts";
import { RunningHops } from "../hop/running-hops.ts";
import type { HopId } from "../ids.ts";
import type { AppendOutcome, Fence, NewRecord, StoredRecord, TaskLog } from "../log/task-log.ts";
import type { SimStore } from "./sim-store.ts";

/** How an operation may go wrong. */
export type Fault = "applied" | "lost" | "late" | "full" | "stale";

export interface SimOperation {
  readonly label: string;
  readonly faults: readonly Fault[];
  /** `issued` → carried out (`waiting` while the store has not answered) → `ready` → resolved, and gone. */
  state: "issued" | "waiting" | "ready";
  carryOut(fault?: Fault): void;
  resolve(): void;
}

/** What operations need of the world. */
export interface SimSurroundings {
  readonly store: SimStore;
  trace(line: string): void;
  /** A write that the network delivers when it likes. */
  delay(record: NewRecord, fence: Fence | undefined): void;
  /** How many of the newest records a replica may not show, drawn by the scheduler. */
  drawLag(): number;
}

const LOST: AppendOutcome = { kind: "unknown", text: "the answer got lost" };
const WRITE_FAULTS: readonly Fault[] = ["applied", "lost", "late", "full"];

export class SimExecutor {
  readonly id: number;
  readonly role: string;
  /** The delivered record; absent for writers of the core. */
  readonly message: StoredRecord | undefined;
  readonly hop: HopId | undefined;
  readonly operations: SimOperation[] = [];
  readonly running: RunningHops;
  readonly #world: SimSurroundings;
  /** Its own time, ms: moved by its own sleeps alone, so that to run out of patience means to have tried often. */
  nowMs = 1_000;
  isLive = true;
  isFrozen = false;
  /** Whether it has tried to write anything but a claim or `got`. */
  hasWritten = false;
  /** Values of steps that its present run of the handler has used, by number. */
  readonly used = new Map<number, unknown>();

  constructor(id: number, role: string, world: SimSurroundings, message?: StoredRecord, hop?: HopId) {
    this.id = id;
    this.role = role;
    this.message = message;
    this.hop = hop;
    this.#world = world;
    this.running = new RunningHops({ clock: this.clock });
  }

  get nonce(): string {
    return `x${this.id}`;
  }

  /** The log as this executor reaches it. */
  get log(): TaskLog {
    return {
      append: (record, fence) => this.#append(record, fence),
      last: (filter) => this.#read(`last ${filter}`, (upTo) => this.#world.store.last(filter, upTo)),
      get: (subject) => this.#read(`get ${subject}`, (upTo) => this.#world.store.get(subject, upTo)),
    };
  }

  get clock(): Clock {
    return {
      nowMs: () => this.nowMs,
      monotonicMs: () => this.nowMs,
      sleep: (ms) =>
        this.#issue<void>(`sleep`, [], (settle) => {
          this.nowMs += ms;
          settle();
        }),
    };
  }

  /** An effect in the world outside: carried out when the scheduler says so. */
  effect<T>(label: string, happen: () => T): Promise<T> {
    return this.#issue<T>(`effect ${label}`, [], (settle) => settle(happen()));
  }

  #append(record: NewRecord, fence: Fence | undefined): Promise<AppendOutcome> {
    const { store } = this.#world;
    const label = `append ${record.subject}${fence ? ` f=${fence.sequence}` : ""}`;
    if (!/\.c\.(claim|got)\.\d+$/.test(record.subject)) this.hasWritten = true;
    return this.#issue<AppendOutcome>(label, WRITE_FAULTS, (settle, fault) => {
      if (fault === "full") return settle({ kind: "full", text: "maximum bytes exceeded" });
      if (fault === "applied") store.append(record, fence, () => undefined);
      if (fault === "late") this.#world.delay(record, fence);
      if (fault === undefined) store.append(record, fence, settle);
      else settle(LOST);
    });
  }

  #read(label: string, read: (upTo?: number) => StoredRecord | undefined): Promise<StoredRecord | undefined> {
    const { store } = this.#world;
    return this.#issue(label, store.mode === "R3" ? ["stale"] : [], (settle, fault) => {
      settle(read(fault === "stale" ? Math.max(0, store.records.length - this.#world.drawLag()) : undefined));
    });
  }

  async #issue<T>(
    label: string,
    faults: readonly Fault[],
    carryOut: (settle: (value: T) => void, fault?: Fault) => void,
  ): Promise<T> {
    return new Promise<T>((resolve) => {
      let result: { readonly value: T } | undefined;
      const operation: SimOperation = {
        label,
        faults,
        state: "issued",
        carryOut: (fault) => {
          operation.state = "waiting";
          const settle = (value: T) => {
            result ??= { value };
            operation.state = "ready";
            this.#world.trace(`${this.id} ${this.role} ${label} ${fault ?? ""} -> ${describe(value)}`);
          };
          carryOut(settle, fault);
        },
        resolve: () => {
          this.operations.splice(this.operations.indexOf(operation), 1);
          if (result !== undefined) resolve(result.value);
        },
      };
      this.operations.push(operation);
    });
  }
}

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  if ("kind" in value) return `${String(value.kind)}${"sequence" in value ? ` #${String(value.sequence)}` : ""}`;
  return "sequence" in value ? `#${String(value.sequence)}` : JSON.stringify(value);
}
