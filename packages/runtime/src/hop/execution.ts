/** One executor at work on one delivery: what it knows, where its fence stands, and how it reads the log. */
import type { Passport, Writer } from "../contracts/record.ts";
import { formatRecordName, type RecordName } from "../contracts/record-name.ts";
import { MAX_TAINT_LABELS } from "../contracts/tool.ts";
import type { TraceContext } from "../contracts/trace-context.ts";
import { TroupeError } from "../errors.ts";
import type { AppendOutcome, Fence, NewRecord, StoredRecord } from "../log/task-log.ts";
import type { Attempt } from "./attempt.ts";
import type { HopEnd } from "./hop-end.ts";
import type { HopSpan } from "./hop-span.ts";
import type { KnownRecords } from "./join-turns.ts";
import type { Message } from "./message.ts";
import { type OwnRecord, type Place, readOwn } from "./own-record.ts";
import { Patience } from "./patience.ts";
import type { HopPorts, HopRole } from "./ports.ts";
import { Progress } from "./progress.ts";
import { EMPTY_JOURNAL } from "./replay.ts";
import { Ended, park } from "./signals.ts";
import { labelsOf } from "./taint.ts";
import { HopTakenValues } from "./taken-values.ts";
import { HopTally } from "./tally.ts";

/** Where an executor stands in the hop's chain. */
export interface Cursor {
  /** The fence: sequence of the last own record that it knows. */
  readonly sequence: number;
  readonly previous: string | undefined;
  /** Number of the claim that it holds; 0 = none. */
  readonly claim: number;
}

export class Execution {
  readonly role: HopRole;
  readonly ports: HopPorts;
  /** The message that drives this segment. */
  readonly message: Message;
  readonly place: Place;
  /** The fence's filter, always exactly this string. */
  readonly own: string;
  readonly nonce: string;
  readonly startedMs: number;
  readonly progress: Progress;
  readonly #arrivedMs: number;
  readonly startedWallMs: number;
  /** The message that began the hop: {@link message} itself, or what the wait names. */
  input: Message;
  cursor: Cursor;
  /** The run of the handler, while it runs. */
  attempt: Attempt | undefined;
  #tally: HopTally | undefined;
  #detected: Set<string> | undefined;
  #taken: HopTakenValues | undefined;
  /** Whether a rule asks for the fallback models. */
  prefersFallback = false;
  /** Labels of what it has taken in besides its message: answers, results of tools, state. */
  readonly #taint = new Set<string>();
  /** Why it must stop, once it must. */
  stopped: HopEnd | undefined;
  /** What its records carry of the task's trace; `undefined` = the task has none. */
  trace: TraceContext | undefined;
  /** `undefined` = nothing is recorded of it. */
  span: HopSpan | undefined;
  /** What is known of the hop's records, where this is a reply that has had its turn. */
  known: KnownRecords | undefined;
  /** Lets the next suspect run, where this is one. */
  leaveSuspects: (() => void) | undefined;

  constructor(message: Message, role: HopRole, ports: HopPorts, arrivedMs: number) {
    this.role = role;
    this.ports = ports;
    this.message = message;
    this.input = message;
    this.place = { task: message.task, hop: message.hop, role: role.role };
    this.own = role.subjects.own(message.task, message.hop, role.role);
    this.nonce = ports.nonce();
    this.cursor = { sequence: message.base, previous: undefined, claim: 0 };
    this.#arrivedMs = arrivedMs;
    this.startedMs = ports.clock.monotonicMs();
    this.progress = new Progress(this.startedMs, role.stuckAfterMs);
    this.startedWallMs = ports.clock.nowMs();
    this.trace = message.record.header?.trace;
  }

  /** What this hop adds to the task's costs and failures; begun anew with every replay. */
  get tally(): HopTally {
    return (this.#tally ??= new HopTally(EMPTY_JOURNAL));
  }

  set tally(tally: HopTally) {
    this.#tally = tally;
  }

  /** Guardrail rules that found something in what came in, and let it pass. */
  get detected(): readonly string[] {
    return this.#detected === undefined ? NONE : [...this.#detected];
  }

  /** What guardrails take out and may give back; `undefined` where the system has nothing of the kind, or no keys can be had. */
  get taken(): HopTakenValues | undefined {
    const { role, ports, place, input } = this;
    if (role.guard?.isReversible !== true || ports.seals === undefined) return undefined;
    const { tenant, taken } = input.passport;
    const { task } = place;
    const own = { task, tenant, role: role.role, key: role.hopKey, seals: ports.seals };
    return (this.#taken ??= new HopTakenValues(own, taken));
  }

  /** What a handler says, as others may see it. */
  hide<T>(content: T): T {
    return this.#taken === undefined ? content : this.#taken.hide(content);
  }

  noteDetected(rule: string): void {
    this.#detected ??= new Set();
    this.#detected.add(rule);
  }

  get segment(): number {
    return this.message.segment;
  }

  get isCalled(): boolean {
    return this.input.kind === "call";
  }

  subject(name: RecordName): string {
    return this.subjectOf(formatRecordName(name));
  }

  /** As {@link subject}, of a name already written as text. */
  subjectOf(label: string): string {
    return this.role.subjects.ownRecord(this.own, label);
  }

  /** Header part of the next own record. */
  writer(claim: number, previous: string | undefined, ranMs?: number): Writer {
    const { node, incarnation } = this.role;
    return { node, incarnation, nonce: this.nonce, previous, claim, segment: this.segment, ranMs };
  }

  /** The hop's passport as it is handed down: with what is left of the deadline, and every label. */
  passport(): Passport {
    const { passport } = this.input;
    const remainingMs = this.remainingMs();
    const taint = this.taint;
    const tally = this.#tally?.handedDown(passport) ?? passport.tally;
    const taken = this.#taken?.handedDown;
    if (remainingMs === undefined && taint === passport.taint && tally === undefined && taken === undefined)
      return passport;
    const now = { ...passport, taint, ...(tally === undefined ? {} : { tally }), ...(taken && { taken }) };
    return remainingMs === undefined ? now : { ...now, remainingMs };
  }

  /** Labels of everything that the hop has seen so far. */
  get taint(): readonly string[] {
    const labels = this.#inputTaint();
    return this.#taint.size === 0 ? labels : [...new Set([...labels, ...this.#taint])];
  }

  /** Throws `taint_refused` when there are more than can travel: to leave one out would launder what it stands for. */
  addTaint(labels: readonly string[]): void {
    if (labels.length === 0) return;
    const all = new Set([...this.taint, ...labels]);
    if (all.size > MAX_TAINT_LABELS) {
      throw new TroupeError("taint_refused", `${all.size} labels; a message carries at most ${MAX_TAINT_LABELS}`);
    }
    for (const label of labels) this.#taint.add(label);
  }

  #inputTaint(): readonly string[] {
    return labelsOf(this.input.from, this.input.passport.taint, this.role.taint);
  }

  remainingMs(): number | undefined {
    // A reply tells what is left by now; one of a timer or a person may not know, and the leader watches the deadline anyway.
    const remainingMs = this.message.passport.remainingMs ?? this.input.passport.remainingMs;
    if (remainingMs === undefined) return undefined;
    return Math.max(0, Math.round(remainingMs - (this.ports.clock.monotonicMs() - this.#arrivedMs)));
  }

  patience(): Patience {
    return new Patience(this.ports.clock, this.ports.random);
  }

  /** Appends unless it was stopped or is too old: a record must not come into a hop that the log has forgotten. */
  append(record: NewRecord, fence?: Fence): Promise<AppendOutcome> {
    this.assertMayWrite();
    return this.ports.log.append(record, fence);
  }

  assertMayWrite(): void {
    if (this.stopped !== undefined) throw new Ended(this.stopped);
    const { clock, maxAgeMs } = this.ports;
    const isOld =
      clock.monotonicMs() - this.#arrivedMs > maxAgeMs || Math.abs(clock.nowMs() - this.startedWallMs) > maxAgeMs;
    if (isOld) throw new Ended({ kind: "dropped", reason: "the delivery is older than the log may remember" });
  }

  /** The hop's last own record; `undefined` = none yet, or none that a replica shows. */
  async readLast(): Promise<OwnRecord | undefined> {
    const record = await this.readMaybeLast(this.own);
    if (record === undefined) return undefined;
    const own = readOwn(this.role.subjects, this.place, record);
    if (own === "input") return undefined;
    if (own !== undefined) {
      this.known?.add(own);
      return own;
    }
    // The dead letter has to be fenced with the very record that does not parse.
    this.cursor = { ...this.cursor, sequence: record.sequence };
    throw malformed(record);
  }

  /** An own record that another record names, so it exists. */
  async readOwn(name: RecordName): Promise<OwnRecord> {
    const known = this.known?.get(formatRecordName(name));
    if (known !== undefined) return known;
    const record = await this.readNamed(this.subject(name));
    const own = readOwn(this.role.subjects, this.place, record);
    if (own === undefined || own === "input") throw malformed(record);
    this.known?.add(own);
    return own;
  }

  /** A reply that the hop's chain names: as it was delivered here, or as the log has it. */
  async readReply(subject: string): Promise<StoredRecord> {
    return this.known?.reply(subject) ?? this.readNamed(subject);
  }

  /** The last record under a filter, if one can be read. */
  async readMaybeLast(filter: string): Promise<StoredRecord | undefined> {
    return this.#reading(() => this.ports.log.last(filter));
  }

  /** A record that another record names, so it exists: not to see it means that a replica lags behind. */
  async readNamed(subject: string): Promise<StoredRecord> {
    const patience = this.patience();
    for (;;) {
      const record = await this.#reading(() => this.ports.log.get(subject));
      if (record !== undefined) return record;
      await patience.again(`${subject} cannot be read`);
    }
  }

  /** The record of a subject, if it can be read. */
  async readMaybe(subject: string): Promise<StoredRecord | undefined> {
    return this.#reading(() => this.ports.log.get(subject));
  }

  async #reading<T>(read: () => Promise<T>): Promise<T> {
    const patience = this.patience();
    for (;;) {
      if (this.stopped !== undefined) throw new Ended(this.stopped);
      try {
        return await read();
      } catch (thrown) {
        if (!TroupeError.is(thrown, "unavailable")) throw thrown;
        await patience.again(thrown.message);
      }
    }
  }
}

const malformed = ({ subject }: StoredRecord) =>
  park("malformed_record", "a record of this hop does not parse", { subject });

const NONE: readonly string[] = [];
