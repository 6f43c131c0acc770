/**
 * Durable state of a role in a session: a chain of revisions, each fenced with the one before it. An update is known by (hop, step), so a
 * replay adopts what an earlier execution wrote instead of applying it twice.
 */
import type { StateAccess } from "../actor/context.ts";
import { RevisionBody } from "../contracts/bodies.ts";
import { requireTaskId, type SessionKey, taskSessionKey } from "../ids.ts";
import type { StoredRecord } from "../log/task-log.ts";
import type { Attempt } from "./attempt.ts";
import { encodeOwn, readBody } from "./body.ts";
import { runStep } from "./effects.ts";
import { sealOwn, unsealed } from "./sealed-body.ts";
import { Ended, park } from "./signals.ts";
import { describe } from "./writer.ts";

/** A revision as this hop sees it; number 0 = the state was never written. */
interface Revision {
  readonly number: number;
  readonly value: unknown;
  readonly sequence: number;
  readonly hop?: string;
  readonly step?: number;
  readonly turn: number;
  /** Labels of what the value was made from. */
  readonly taint?: readonly string[] | undefined;
}

const NOTHING: Revision = { number: 0, value: undefined, sequence: 0, turn: 0 };

export class HopState implements StateAccess {
  readonly #attempt: Attempt;
  readonly #shard: number;
  readonly #session: SessionKey;
  readonly #turn: number;
  readonly #filter: string;
  /** What the hop saw first, or wrote last. */
  #view: Promise<Revision> | undefined;

  constructor(attempt: Attempt) {
    const { place, role, input } = attempt.x;
    this.#attempt = attempt;
    this.#shard = requireTaskId(place.task).shard;
    this.#session = input.passport.session ?? taskSessionKey(place.task);
    this.#turn = input.passport.turn ?? 0;
    this.#filter = role.subjects.stateOf(this.#shard, this.#session, role.role);
  }

  async get<T>(): Promise<T | undefined> {
    const { value } = await this.#attempt.guard(() => this.#seen());
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the author knows what the state is
    return value as T | undefined;
  }

  async update<T>(change: (value: T | undefined) => T): Promise<T> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the author knows what the state is
    const changeAny = change as (value: unknown) => unknown;
    const { value } = await this.#attempt.guard(() => this.#change(changeAny));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the author knows what the state is
    return value as T;
  }

  // Both take their step numbers before they first wait, so that numbers do not depend on who is faster.

  #seen(): Promise<Revision> {
    return (this.#view ??= this.#first(this.#attempt.nextStep()));
  }

  #change(change: (value: unknown) => unknown): Promise<Revision> {
    const before = this.#seen();
    // The number of this step identifies the update.
    const step = this.#attempt.nextStep();
    const after = before.then((base) => this.#apply(base, step, change));
    this.#view = after;
    return after;
  }

  /** The newest revision, journaled, so that every replay sees the same. */
  async #first(step: number): Promise<Revision> {
    const attempt = this.#attempt;
    const number = await runStep(attempt, step, "state.base", async () => (await this.#last()).number);
    return this.#taken(number);
  }

  async #apply(base: Revision, step: number, change: (value: unknown) => unknown): Promise<Revision> {
    const number = await runStep(this.#attempt, step, "state.update", async () => this.#write(base, step, change));
    return this.#taken(number);
  }

  /** A revision that comes to the handler: what it was made from counts as seen by this hop. */
  async #taken(number: number): Promise<Revision> {
    const revision = await this.#revision(number);
    this.#attempt.x.addTaint(revision.taint ?? []);
    return revision;
  }

  /** Writes the revision after the newest one, unless an earlier execution of this very step has. Returns its number. */
  async #write(base: Revision, step: number, change: (value: unknown) => unknown): Promise<number> {
    const { x } = this.#attempt;
    const patience = x.patience();
    for (;;) {
      const last = await this.#last();
      const own = await this.#ownSince(base.number, last, step);
      if (own !== undefined) return own;
      if (last.turn > this.#turn) await this.#endOldTurn(last.turn);
      const number = last.number + 1;
      x.addTaint(last.taint ?? []);
      const labels = x.taint.length === 0 ? {} : { taint: [...x.taint] };
      const value = await this.#stored(number, change(last.value));
      const body = { ...value, hop: x.place.hop, step, turn: this.#turn, ...labels };
      const record = {
        subject: this.#subject(number),
        header: { writer: x.writer(x.cursor.claim, undefined) },
        ...encodeOwn(body, "the state"),
      };
      const outcome = await x.append(record, { filter: this.#filter, sequence: last.sequence });
      if (outcome.kind === "stored") return number;
      await patience.again(describe(record, outcome));
    }
  }

  /** The number of the revision that this hop and step wrote after `base`, if it did. */
  async #ownSince(base: number, last: Revision, step: number): Promise<number | undefined> {
    const isOwn = (revision: Revision) => revision.hop === this.#attempt.x.place.hop && revision.step === step;
    for (let number = last.number; number > base; number--) {
      if (isOwn(number === last.number ? last : await this.#revision(number))) return number;
    }
    return undefined;
  }

  /** A later turn has written, so this one's task has ended; a state that it cannot have seen must not be changed by it. */
  async #endOldTurn(turn: number): Promise<never> {
    const { x } = this.#attempt;
    const done = await x.readMaybe(x.role.subjects.done(x.place.task));
    if (done !== undefined) throw new Ended({ kind: "ended" });
    throw new Ended({ kind: "unavailable", reason: `turn ${turn} has begun, and the end of this turn cannot be read` });
  }

  async #last(): Promise<Revision> {
    const record = await this.#attempt.x.readMaybeLast(this.#filter);
    return record === undefined ? NOTHING : this.#parse(record);
  }

  /** A revision that is known to exist: one that stays away was dropped, since only the last ones are kept. */
  async #revision(number: number): Promise<Revision> {
    if (number === 0) return NOTHING;
    const { x } = this.#attempt;
    const patience = x.patience();
    for (let attempts = 0; attempts < 10; attempts++) {
      const record = await x.readMaybe(this.#subject(number));
      if (record !== undefined) return this.#parse(record);
      await patience.again(`${this.#subject(number)} cannot be read`);
    }
    throw park("effect_in_doubt", `revision ${number} of the state is not kept any more`, { revision: number });
  }

  /** The value as a revision holds it. */
  async #stored(number: number, value: unknown): Promise<Pick<RevisionBody, "value" | "isSealed">> {
    const { x } = this.#attempt;
    const { seals } = x.ports;
    if (!seals?.covers()) return { value };
    const { text } = await sealOwn(x, seals, value, { subject: this.#subject(number), what: "the state" });
    return { value: JSON.parse(text), isSealed: true };
  }

  async #parse(record: StoredRecord): Promise<Revision> {
    const at = this.#attempt.x.role.subjects.parseSession(record.subject);
    const body = readBody(RevisionBody, record);
    if (at === undefined || !body.ok || record.header === undefined) {
      throw park("malformed_record", "a revision of the state does not parse", { subject: record.subject });
    }
    const { isSealed, value: stored, ...revision } = body.value;
    const { x } = this.#attempt;
    const value = isSealed ? await unsealed(x, stored, { subject: record.subject }, "the state") : stored;
    return { number: at.number, sequence: record.sequence, ...revision, value };
  }

  #subject(number: number): string {
    const { subjects, role } = this.#attempt.x.role;
    return subjects.stateRevision(this.#shard, this.#session, role, number);
  }
}
