/** One role on a simulated log without faults: deliver a message, see how its hop ends and what it recorded. For tests of the hop's parts. */
import pino from "pino";
import type { Context } from "../actor/context.ts";
import type { RoleInstance } from "../actor/define.ts";
import type { Json, Outcome } from "../actor/outcome.ts";
import type { Passport } from "../contracts/record.ts";
import { executeHop } from "../hop/execute.ts";
import type { HopEnd } from "../hop/hop-end.ts";
import type { HopPorts, HopRole } from "../hop/ports.ts";
import { RunningHops } from "../hop/running-hops.ts";
import { START_HOP } from "../ids.ts";
import type { AppendOutcome, Fence, NewRecord, StoredRecord } from "../log/task-log.ts";
import { seededRandom } from "../random.ts";
import { ManualClock } from "./manual-clock.ts";
import { SimLog } from "./sim-log.ts";
import { hopOfSend, SUBJECTS, simRole, simTask } from "./sim-place.ts";

export const BED_TASK = simTask(1);
export const BED_PASSPORT: Passport = { index: 0, tenant: "bed", depth: 0, trail: [], taint: [], requires: [] };
/** The hop of role `a` that the client's message begins. */
export const BED_HOP = hopOfSend("a", BED_TASK, START_HOP, 0);

export type BedHandler = (message: Json, context: Context) => Promise<Outcome> | Outcome;

export class HopBed {
  readonly log = new SimLog();
  readonly clock = new ManualClock();
  readonly running = new RunningHops({ clock: this.clock });
  /** Calls of the log, by kind. */
  readonly calls: string[] = [];
  /** What deliveries were answered with. */
  readonly answers: string[] = [];
  readonly #deliveries = new Map<string, number>();
  #executions = 0;

  /** Stores the client's message for role `a`, and returns it. */
  start(body: unknown = {}, passport: Partial<Passport> = {}): StoredRecord {
    return this.put({
      subject: SUBJECTS.record(BED_TASK, START_HOP, "client", { class: "m", kind: "send", to: "a" }),
      header: { passport: { ...BED_PASSPORT, ...passport } },
      encoding: "json",
      body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
    });
  }

  put(record: NewRecord): StoredRecord {
    this.log.store.append(record, undefined, () => undefined);
    const stored = this.log.store.get(record.subject);
    if (stored === undefined) throw new TypeError(`${record.subject} was not stored`);
    return stored;
  }

  /** Delivers a record to a role once more. */
  async deliver(
    record: StoredRecord,
    handler: BedHandler,
    change: Partial<HopRole> = {},
    ports: Partial<HopPorts> = {},
  ): Promise<HopEnd> {
    const count = (this.#deliveries.get(record.subject) ?? 0) + 1;
    this.#deliveries.set(record.subject, count);
    const instance: RoleInstance = { receive: handler };
    const role: HopRole = {
      ...simRole({ roles: { a: noHandler, b: noHandler } }, "a", this.#executions),
      instance,
      ...change,
    };
    const answer = (text: string) => void this.answers.push(text);
    const delivery = {
      record,
      isFirst: count === 1,
      arrivedMs: this.clock.monotonicMs(),
      ack: () => answer("ack"),
      working: () => answer("working"),
      giveBack: (delayMs = 0) => answer(`back ${delayMs}`),
    };
    return executeHop(delivery, role, { ...this.#ports(), ...ports });
  }

  /** Names of everything recorded, in order. */
  get names(): readonly string[] {
    return this.log.store.records.map(({ subject }) => subject.split(".").slice(-3).join("."));
  }

  /** The decoded JSON body of the last record of a name. */
  body(name: string): unknown {
    const record = this.log.store.records.findLast(({ subject }) => subject.endsWith(`.${name}`));
    return record === undefined ? undefined : JSON.parse(Buffer.from(record.body).toString());
  }

  /** Everything that was recorded but the client's own message, as text. */
  recordedText(): string {
    return this.log.store.records
      .filter(({ subject }) => !subject.includes(".client.m.send."))
      .map(({ body }) => Buffer.from(body).toString())
      .join("\n");
  }

  #ports(): HopPorts {
    const nonce = `x${this.#executions++}`;
    return {
      log: {
        append: (record: NewRecord, fence?: Fence): Promise<AppendOutcome> => {
          this.calls.push("append");
          return this.log.append(record, fence);
        },
        last: (filter) => {
          this.calls.push("last");
          return this.log.last(filter);
        },
        get: (subject) => {
          this.calls.push("get");
          return this.log.get(subject);
        },
      },
      clock: this.clock,
      random: seededRandom(1),
      running: this.running,
      logger: pino({ level: "silent" }),
      maxAgeMs: 600_000,
      nonce: () => nonce,
      isDead: () => false,
      hint: () => undefined,
      token: () => undefined,
    };
  }
}

const noHandler = () => {
  throw new TypeError("the bed gives its own handler");
};
