import { type Clock, type Random, TroupeError } from "@troupe/runtime";
import { type CasBucket, type Row, Turns } from "@troupe/runtime/internal";
import { type Amount, fitsIn, isNothing, least, minus, NOTHING, plus } from "./amount.ts";
import {
  type Account,
  type Change,
  changed,
  holdsWrite,
  type Limits,
  numbered,
  otherHolders,
  type Refusal,
  type Settled,
  sliceOf,
  writtenOff,
} from "./ledger.ts";

/** Rows of accounts, by compare-and-set: throws `conflict` when somebody else was faster. */
export type AccountRows = Pick<CasBucket<Account>, "get" | "put">;

export interface HeldAccountOptions {
  readonly key: string;
  readonly rows: AccountRows;
  /** Who holds: this life of this node. */
  readonly holder: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Which of these holders are gone; asked when there is no room otherwise. */
  readonly goneAmong: (holders: readonly string[]) => Promise<ReadonlySet<string>>;
}

const SETTLED: Settled = { released: NOTHING, used: NOTHING };
const MAX_CONFLICTS = 200;
const CONFLICT_PAUSE_MS = 4;

/**
 * A node's part of one account. What it holds beyond its running calls serves the next ones without a round trip; what calls really
 * used is written soon after, many at once. A write whose outcome is unknown is known again by its number.
 */
export class HeldAccount {
  readonly key: string;
  readonly #options: HeldAccountOptions;
  #row: Row<Account> | undefined;
  #reserved: Amount = NOTHING;
  #pending: Settled = SETTLED;
  #writes = 0;
  /** Writes of unknown outcome, oldest first: each may be in the row, or come into it until the row has another revision. */
  #unsure: readonly { readonly write: number; readonly settled: Settled }[] = [];
  readonly #turns = new Turns();
  /** What the write that is under way leaves of what is held here to the others, should it be stored. */
  #underWay: Amount | undefined;
  /** Reservations and writes that are under way, or wait for their turn. */
  #working = 0;
  #usedMs: number;

  constructor(options: HeldAccountOptions) {
    this.key = options.key;
    this.#options = options;
    this.#usedMs = options.clock.monotonicMs();
  }

  /** Whether nothing is reserved, or about to be, and everything is written: then it may be let go of, after {@link giveBack}. */
  get isAtRest(): boolean {
    return this.#working === 0 && isNothing(this.#reserved) && this.#hasWrittenAll;
  }

  /** The account as it was last read or written here; `undefined` = not yet. */
  get account(): Account | undefined {
    return this.#row?.value;
  }

  /** Ms since the last reservation. */
  get idleMs(): number {
    return this.#options.clock.monotonicMs() - this.#usedMs;
  }

  /** Reserves, or says why not. Throws `unavailable` or `outcome_unknown` when the store does not answer; nothing is reserved then. */
  async reserve(asked: Amount, limits: Limits): Promise<Refusal | undefined> {
    this.#usedMs = this.#options.clock.monotonicMs();
    if (this.#hasRoomFor(asked)) {
      this.#reserved = plus(this.#reserved, asked);
      return undefined;
    }
    return this.#exclusive(() => this.#write(asked, limits));
  }

  /** Ends a reservation with what was really used; nothing for a refund. {@link flush} writes it. */
  settle(reserved: Amount, used: Amount): void {
    this.#reserved = minus(this.#reserved, reserved);
    this.#pending = { released: plus(this.#pending.released, reserved), used: plus(this.#pending.used, used) };
  }

  /** Writes what was settled. Throws as {@link reserve}; what could not be written is kept. */
  async flush(): Promise<void> {
    await this.#exclusive(async () => {
      while (!this.#hasWrittenAll) await this.#write(NOTHING, {});
    });
  }

  /** Writes what was settled, and keeps no more than what is reserved. */
  async giveBack(): Promise<void> {
    await this.#exclusive(async () => {
      while (!this.#hasWrittenAll) await this.#write(NOTHING, {});
      const held = this.#row === undefined ? undefined : this.#row.value.slices[this.#options.holder];
      if (held !== undefined) await this.#write(NOTHING, {}, true);
    });
  }

  /** Believes nothing any more of what it holds: the node was silent for so long that others may have taken it for gone. */
  forget(): void {
    this.#row = undefined;
  }

  get #hasWrittenAll(): boolean {
    return isNothing(this.#pending.released) && isNothing(this.#pending.used) && this.#unsure.length === 0;
  }

  /** Whatever becomes of a write that is under way: both before it and after it there is as much. */
  get #free(): Amount {
    const held = this.#row === undefined ? NOTHING : sliceOf(this.#row.value, this.#options.holder);
    return minus(least(held, this.#underWay ?? held), plus(this.#reserved, this.#pending.released));
  }

  /** Without a write. A write that may still come into the row may take away what is free by now: then another one has to shut it out. */
  #hasRoomFor(asked: Amount): boolean {
    return this.#unsure.length === 0 && fitsIn(asked, this.#free);
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    this.#working++;
    return this.#turns.take(work).finally(() => this.#working--);
  }

  async #write(asked: Amount, limits: Limits, isLast = false): Promise<Refusal | undefined> {
    const { key, rows, holder, clock, goneAmong } = this.#options;
    for (let conflicts = 0; ; ) {
      // While this waited, calls may have ended that leave room.
      if (!isNothing(asked) && this.#hasRoomFor(asked)) {
        this.#reserved = plus(this.#reserved, asked);
        return undefined;
      }
      const isFresh = this.#row === undefined;
      const row = this.#row ?? (await rows.get(key));
      if (isFresh) this.#recognise(row?.value);
      this.#row = row;
      const change = this.#change(asked, limits, isLast);
      const { settled } = change;
      const next = changed(row?.value, change, clock.nowMs());
      if (next.ok) {
        if (await this.#put(row, next.account, settled, asked)) return undefined;
        await this.#afterConflict(++conflicts);
      } else if (row === undefined) return next.refusal;
      else if (isFresh) {
        const gone = await goneAmong(otherHolders(row.value, holder));
        if (gone.size === 0) return next.refusal;
        if (!(await this.#put(row, writtenOff(row.value, gone, clock.nowMs()), SETTLED, NOTHING)))
          await this.#afterConflict(++conflicts);
      } else this.#row = undefined;
    }
  }

  /** A slice that goes takes the mark of its last write along: nothing is settled with it, so that nothing is settled twice. */
  #change(asked: Amount, limits: Limits, isLast: boolean): Change {
    const { holder } = this.#options;
    const all = { holder, asked, limits, isLast };
    if (!isLast) return { ...all, settled: this.#pending, reserved: this.#reserved };
    return { ...all, settled: SETTLED, reserved: plus(this.#reserved, this.#pending.released) };
  }

  async #afterConflict(conflicts: number): Promise<void> {
    const { key, clock, random } = this.#options;
    if (conflicts === MAX_CONFLICTS) throw new TroupeError("unavailable", `too many write the budget account ${key}`);
    await clock.sleep(random.unit() * CONFLICT_PAUSE_MS * Math.min(conflicts, 8));
  }

  /** The last write of unknown outcome that is in the row after all has settled what it was to settle, and those before it are not in it. */
  #recognise(account: Account | undefined): void {
    if (account === undefined) return;
    const found = this.#unsure.findLast(({ write }) => holdsWrite(account, this.#options.holder, write));
    if (found === undefined) return;
    this.#forgetSettled(found.settled);
    this.#unsure = [];
  }

  #forgetSettled({ released, used }: Settled): void {
    this.#pending = { released: minus(this.#pending.released, released), used: minus(this.#pending.used, used) };
  }

  /** Whether it was written, and what was asked for is reserved; `false` when somebody else was faster. */
  async #put(row: Row<Account> | undefined, account: Account, settled: Settled, asked: Amount): Promise<boolean> {
    const { key, rows, holder } = this.#options;
    const write = ++this.#writes;
    const isLeaving = settled === SETTLED && !Object.hasOwn(account.slices, holder);
    const marked = isLeaving ? account : numbered(account, holder, write);
    // What it settles is still counted as pending.
    this.#underWay = minus(plus(sliceOf(marked, holder), settled.released), asked);
    try {
      this.#row = await rows.put(key, marked, row?.revision);
      this.#reserved = plus(this.#reserved, asked);
      this.#forgetSettled(settled);
      this.#unsure = []; // the row is another one than they were written over
      return true;
    } catch (error) {
      this.#row = undefined;
      // Also after a conflict: an answer may have been lost, and somebody have written over what was stored. The row's mark tells.
      this.#unsure = [...this.#unsure, { write, settled }];
      if (TroupeError.is(error, "conflict")) return false;
      throw error;
    } finally {
      this.#underWay = undefined;
    }
  }
}
