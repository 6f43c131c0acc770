/**
 * One account of the ledger: what was spent in its windows, and what nodes hold of it for calls that run. Pure: a function takes the row
 * as it was read and gives the row to write; who writes it by compare-and-set cannot overspend.
 */
import { z } from "zod";
import { Amount, combine, isNothing, MEASURES, type Measure, minus, NOTHING, plus } from "./amount.ts";

const count = z.int().min(0);
const holder = z.string().min(1).max(160);

/** Spent since `startMs`, the beginning of a window. */
const Spent = z.strictObject({ startMs: count, amount: Amount });

/** A holder's part: what it may use without asking, and the number of its last write, by which it knows that write again. */
const Slice = z.strictObject({ held: Amount, write: count });

/** Row of `<sys>-budgets`. */
export const Account = z.strictObject({
  v: z.literal(1),
  minute: Spent,
  day: Spent,
  total: Amount,
  slices: z.record(holder, Slice),
});
export type Account = z.infer<typeof Account>;

export const WINDOWS = ["minute", "day", "total"] as const;
export type Window = (typeof WINDOWS)[number];

/** Bounds of an account by window; a measure that is absent is not bounded. */
export type Limits = { readonly [W in Window]?: Partial<Amount> | undefined };

export const WINDOW_MS = { minute: 60_000, day: 86_400_000 } as const;

/** Why there is no room. */
export interface Refusal {
  /**
   * `spent`: what was spent leaves no room in this window. `held`: what others hold does; it may come free. `too_large`: more than the whole
   * limit was asked for.
   */
  readonly why: "spent" | "held" | "too_large";
  readonly window: Window;
  readonly measure: Measure;
  readonly limit: number;
  /** Spent in this window. */
  readonly spent: number;
  readonly asked: number;
  /** When the window ends, ms from now; absent for `total`. */
  readonly renewsInMs?: number;
}

export type Taken =
  | { readonly ok: true; readonly account: Account }
  | { readonly ok: false; readonly refusal: Refusal };

const UNBOUNDED = Number.MAX_SAFE_INTEGER;
/** Calls of the same size that a holder gets beside the one that it asks for, while there is plenty. */
const SPARE_CALLS = 7;
/** Of what is left, one holder gets at most this part as spare. */
const SPARE_PART = 8;

/** An account that nothing was spent from. */
export const emptyAccount = (nowMs: number): Account => ({
  v: 1,
  minute: { startMs: startOf("minute", nowMs), amount: NOTHING },
  day: { startMs: startOf("day", nowMs), amount: NOTHING },
  total: NOTHING,
  slices: {},
});

/** The same account at this time: windows that have ended begin anew. A clock that is behind changes nothing. */
export function atTime(account: Account, nowMs: number): Account {
  const turned = (window: "minute" | "day") => {
    const startMs = startOf(window, nowMs);
    return startMs > account[window].startMs ? { startMs, amount: NOTHING } : account[window];
  };
  return { ...account, minute: turned("minute"), day: turned("day") };
}

const startOf = (window: "minute" | "day", nowMs: number): number =>
  Math.floor(Math.max(0, nowMs) / WINDOW_MS[window]) * WINDOW_MS[window];

/** What all holders have together. */
export const heldOf = (account: Account): Amount =>
  Object.values(account.slices).reduce((sum, { held }) => plus(sum, held), NOTHING);

export const sliceOf = (account: Account, who: string): Amount =>
  Object.hasOwn(account.slices, who) ? (account.slices[who]?.held ?? NOTHING) : NOTHING;

/**
 * Gives a holder what it asks for and, while there is plenty, as much again for its next calls; or nothing at all. `account` must be
 * at the time of `nowMs`.
 */
export function take(account: Account, limits: Limits, who: string, asked: Amount, nowMs: number): Taken {
  const held = heldOf(account);
  let spare: Amount = combine(asked, NOTHING, (amount) => amount * SPARE_CALLS);
  for (const window of WINDOWS) {
    for (const measure of MEASURES) {
      const limit = limits[window]?.[measure];
      if (limit === undefined) continue;
      const spent = spentIn(account, window)[measure];
      const left = limit - spent - held[measure] - asked[measure];
      if (asked[measure] > 0 && left < 0) {
        const why = asked[measure] > limit ? "too_large" : spent + asked[measure] > limit ? "spent" : "held";
        const renews = window === "total" ? {} : { renewsInMs: renewsIn(account, window, nowMs) };
        return { ok: false, refusal: { why, window, measure, limit, spent, asked: asked[measure], ...renews } };
      }
      spare = { ...spare, [measure]: Math.max(0, Math.min(spare[measure], Math.floor(left / SPARE_PART))) };
    }
  }
  return { ok: true, account: withSlice(account, who, plus(sliceOf(account, who), plus(asked, whole(spare, asked)))) };
}

/** Spare that no call fits in would only be kept from others. */
function whole(spare: Amount, asked: Amount): Amount {
  const calls = Math.min(
    ...MEASURES.filter((measure) => asked[measure] > 0).map((measure) => Math.floor(spare[measure] / asked[measure])),
  );
  return Number.isFinite(calls) ? combine(asked, NOTHING, (amount) => amount * calls) : NOTHING;
}

function renewsIn(account: Account, window: "minute" | "day", nowMs: number): number {
  return Math.max(1, account[window].startMs + WINDOW_MS[window] - nowMs);
}

/** Spent and held part of the tightest limit, 0 to 1 and, where a call took more than it had reserved, beyond. 0 without limits. */
export function usedRatio(account: Account, limits: Limits, nowMs: number): number {
  const present = atTime(account, nowMs);
  const held = heldOf(present);
  const ratios = WINDOWS.flatMap((window) =>
    MEASURES.flatMap((measure) => {
      const limit = limits[window]?.[measure];
      if (limit === undefined) return [];
      return [limit === 0 ? 1 : (spentIn(present, window)[measure] + held[measure]) / limit];
    }),
  );
  return Math.max(0, ...ratios);
}

const spentIn = (account: Account, window: Window): Amount =>
  window === "total" ? account.total : account[window].amount;

/** What ended: reserved for it, and really used. */
export interface Settled {
  readonly released: Amount;
  readonly used: Amount;
}

/** One write of a holder: what ended is settled, and what is asked for is taken beside what is reserved already. */
export interface Change {
  readonly holder: string;
  readonly settled: Settled;
  /** What its running calls have reserved, without what is settled here. */
  readonly reserved: Amount;
  /** Nothing = only settle. */
  readonly asked: Amount;
  readonly limits: Limits;
  /** Keep no more than what is reserved. */
  readonly isLast: boolean;
}

/** The row after a change, or why there is no room. */
export function changed(row: Account | undefined, change: Change, nowMs: number): Taken {
  const { holder: who, settled, reserved, asked, limits, isLast } = change;
  const present = atTime(row ?? emptyAccount(nowMs), nowMs);
  const after = settle(present, who, settled.released, settled.used);
  if (isNothing(asked)) return { ok: true, account: isLast ? trimmed(after, who, reserved) : after };
  return take(after, limits, who, minus(plus(reserved, asked), sliceOf(after, who)), nowMs);
}

/** The row after holders have died: what they held counts as spent, since nobody can tell which calls they made of it. */
export function writtenOff(row: Account, gone: ReadonlySet<string>, nowMs: number): Account {
  return Object.entries(row.slices)
    .filter(([who]) => gone.has(who))
    .reduce((account, [who, { held }]) => withoutHolder(settle(account, who, held, held), who), atTime(row, nowMs));
}

/** Everybody who holds something, apart from one. */
export const otherHolders = (row: Account, who: string): readonly string[] =>
  Object.keys(row.slices).filter((other) => other !== who);

/** Takes `released` out of a holder's slice, and counts `used` as spent: more than was held, if that is what it was. */
function settle(account: Account, who: string, released: Amount, used: Amount): Account {
  const spent = {
    minute: { ...account.minute, amount: bounded(account.minute.amount, used) },
    day: { ...account.day, amount: bounded(account.day.amount, used) },
    total: bounded(account.total, used),
  };
  return withSlice({ ...account, ...spent }, who, minus(sliceOf(account, who), released));
}

const bounded = (a: Amount, b: Amount): Amount => combine(a, b, (x, y) => Math.min(UNBOUNDED, x + y));

function withoutHolder(account: Account, who: string): Account {
  const { [who]: _, ...others } = account.slices;
  return { ...account, slices: others };
}

/** Leaves a holder no more than this; with nothing its slice is gone. */
function trimmed(account: Account, who: string, keep: Amount): Account {
  if (isNothing(keep)) return withoutHolder(account, who);
  return withSlice(account, who, combine(sliceOf(account, who), keep, Math.min));
}

function withSlice(account: Account, who: string, held: Amount): Account {
  const { [who]: own, ...others } = account.slices;
  if (isNothing(held) && own === undefined) return account;
  return { ...account, slices: { ...others, [who]: { held, write: own?.write ?? 0 } } };
}

/** Marks a holder's slice with the number of the write that is about to be made. */
export function numbered(account: Account, who: string, write: number): Account {
  return { ...account, slices: { ...account.slices, [who]: { held: sliceOf(account, who), write } } };
}

/** Whether the holder's write of this number is in the account, or one after it. */
export const holdsWrite = (account: Account, who: string, write: number): boolean =>
  Object.hasOwn(account.slices, who) && (account.slices[who]?.write ?? 0) >= write;
