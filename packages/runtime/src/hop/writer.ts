/**
 * The one queue of a hop's fenced writes, and what each answer of the log means (DESIGN §5, the table). A write ends stored, or the
 * execution ends: nothing in between.
 */
import type { Passport, Usage } from "../contracts/record.ts";
import { formatRecordName, type RecordName } from "../contracts/record-name.ts";
import { messageOf } from "../errors.ts";
import type { AppendOutcome, BodyEncoding, NewRecord } from "../log/task-log.ts";
import { refuseCutEdge } from "./cut-edge.ts";
import type { Execution } from "./execution.ts";
import type { OwnRecord } from "./own-record.ts";
import type { Patience } from "./patience.ts";
import { settleIfDone } from "./settle.ts";
import { Restart } from "./signals.ts";
import { yieldTo } from "./yield.ts";

/** One own record to be. */
export interface Draft {
  readonly name: RecordName;
  readonly body: Uint8Array;
  readonly encoding?: BodyEncoding;
  readonly passport?: Passport;
  readonly usage?: Usage | undefined;
  /** Set on commits. */
  readonly ranMs?: number;
}

export class HopWriter {
  readonly #x: Execution;
  #tail: Promise<unknown> = Promise.resolve();
  #queued = 0;
  #broken: Error | undefined;

  constructor(x: Execution) {
    this.#x = x;
  }

  /** Stores one own record after those before it. Throws `Ended` or `Restart` when the hop is not this executor's any more. */
  write(draft: Draft): Promise<OwnRecord> {
    return this.#inTurn(() => this.#store(draft));
  }

  /** Stores the task's end, fenced like an own record although it lies outside of them. `false`: the task had ended before. */
  writeDone(draft: Omit<Draft, "name">): Promise<boolean> {
    return this.#inTurn(() => this.#storeDone(draft));
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#queued === 0 ? run() : this.#tail.then(() => this.#unlessBroken(run));
    this.#queued++;
    this.#tail = turn.then(
      () => this.#queued--,
      (thrown: unknown) => {
        this.#queued--;
        this.#broken ??= thrown instanceof Error ? thrown : new Error(messageOf(thrown));
      },
    );
    return turn;
  }

  /** After a write that lost the hop those behind it must not go out: by then the executor may hold another claim. */
  async #unlessBroken<T>(run: () => Promise<T>): Promise<T> {
    if (this.#broken !== undefined) throw this.#broken;
    return run();
  }

  async #store(draft: Draft): Promise<OwnRecord> {
    const x = this.#x;
    const { cursor } = x;
    const label = formatRecordName(draft.name);
    const writer = x.writer(cursor.claim, cursor.previous, draft.ranMs);
    // A passport makes it a commit: somebody goes on with it.
    const sending = draft.passport === undefined ? undefined : x.span?.send(draft.name);
    const record: NewRecord = {
      subject: x.subjectOf(label),
      header: { writer, passport: draft.passport, usage: draft.usage, trace: sending?.trace ?? x.trace },
      encoding: draft.encoding ?? "json",
      body: draft.body,
    };
    const outcome = await this.#append(record);
    const sequence = outcome.kind === "stored" ? outcome.sequence : await this.#put(record, draft.name, label, outcome);
    sending?.end();
    x.cursor = { sequence, previous: label, claim: cursor.claim };
    x.progress.sign();
    if (draft.usage !== undefined) x.tally.addCost(draft.usage.costMicros);
    x.ports.hint(x.place.task);
    return { name: draft.name, label, writer, record: { ...record, sequence, storedAtMs: 0 } };
  }

  /** One try, fenced with the hop's last own record. */
  #append(record: NewRecord): Promise<AppendOutcome> {
    const x = this.#x;
    return x.append(record, { filter: x.own, sequence: x.cursor.sequence });
  }

  /** Goes on trying until the record is stored; returns its sequence. */
  async #put(record: NewRecord, name: RecordName, label: string, first: AppendOutcome): Promise<number> {
    const x = this.#x;
    const patience = x.patience();
    for (let outcome = first; ; ) {
      if (outcome.kind === "stored") return outcome.sequence;
      if (hasMoved(outcome)) {
        const sequence = await this.#judgeRefusal(label);
        if (sequence !== undefined) return sequence;
      }
      // The server refuses it by now, and always will. If it was stored before, the dead letter finds it.
      if (name.kind === "send") refuseCutEdge(x, name.to);
      await patience.again(describe(record, outcome));
      outcome = await this.#append(record);
    }
  }

  /** A refused write: stored after all (its sequence), to be sent again (`undefined`), or the end of this execution. */
  async #judgeRefusal(label: string): Promise<number | undefined> {
    const x = this.#x;
    const { sequence, claim } = x.cursor;
    const last = await x.readLast();
    // Nothing newer: the replica lags behind, or the write that was in the way got lost.
    if (last === undefined || last.record.sequence <= sequence) return undefined;
    const { writer } = last;
    if (writer.nonce === x.nonce && last.label === label) return last.record.sequence;
    await settleIfDone(x, last);
    if (last.name.class === "s" && writer.nonce !== x.nonce && writer.claim === claim) throw new Restart(last);
    // Under a newer claim this executor is the zombie. It never takes over on a refused write.
    return yieldTo(x, last);
  }

  async #storeDone(draft: Omit<Draft, "name">): Promise<boolean> {
    const x = this.#x;
    const { cursor } = x;
    const sending = x.span?.send("done");
    const record: NewRecord = {
      subject: x.role.subjects.done(x.place.task),
      header: {
        writer: x.writer(cursor.claim, cursor.previous, draft.ranMs),
        passport: draft.passport,
        trace: sending?.trace ?? x.trace,
      },
      encoding: "json",
      body: draft.body,
    };
    let patience: Patience | undefined;
    for (;;) {
      const outcome = await x.append(record, { filter: x.own, sequence: cursor.sequence });
      // No hint: the end is republished as an event, which watchers follow as well.
      if (outcome.kind === "stored") {
        sending?.end();
        return true;
      }
      patience ??= x.patience();
      if (outcome.kind === "exists" && (await x.readMaybe(record.subject)) !== undefined) return false;
      if (outcome.kind === "fence_moved") await this.#judgeRefusal("");
      refuseCutEdge(x, "client");
      await patience.again(describe(record, outcome));
    }
  }
}

/** Whether the answer says that something else may have been stored. */
export const hasMoved = (outcome: AppendOutcome): boolean =>
  outcome.kind === "fence_moved" || outcome.kind === "exists";

/** A failed append for the log. */
export function describe(record: NewRecord, outcome: AppendOutcome): string {
  const why =
    outcome.kind === "full" || outcome.kind === "unknown" || outcome.kind === "refused" ? ` ${outcome.text}` : "";
  return `${record.subject}: ${outcome.kind}${why}`;
}
