import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "@troupe/runtime";
import { ManualClock, type Row } from "@troupe/runtime/internal";
import fc from "fast-check";
import { type Amount, NOTHING } from "./amount.ts";
import { HeldAccount } from "./held-account.ts";
import { type Account, changed, heldOf, type Limits, type Refusal, type Taken } from "./ledger.ts";

const NOON = Date.UTC(2026, 0, 1, 12, 0, 30);
const calls = (n: number): Amount => ({ calls: n, tokens: 0, costMicros: 0 });
const tokens = (n: number): Amount => ({ calls: 1, tokens: n, costMicros: 0 });

function ask(row: Account | undefined, who: string, asked: Amount, limits: Limits, nowMs = NOON): Taken {
  const settled = { released: NOTHING, used: NOTHING };
  return changed(
    row,
    { holder: who, settled, reserved: NOTHING, asked, limits, gone: new Set(), isLast: false },
    nowMs,
  );
}

/** After `used` was spent from an empty account. */
function spent(used: Amount, nowMs = NOON): Account {
  const change = {
    holder: "x",
    settled: { released: NOTHING, used },
    reserved: NOTHING,
    asked: NOTHING,
    limits: {},
    gone: new Set<string>(),
    isLast: true,
  };
  const result = changed(undefined, change, nowMs);
  assert.ok(result.ok);
  return result.account;
}

const REFUSALS: readonly (readonly [string, Amount, Amount, Limits, Partial<Refusal>])[] = [
  [
    "a total that is spent",
    calls(10),
    calls(1),
    { total: { calls: 10 } },
    { why: "spent", window: "total", spent: 10 },
  ],
  [
    "a minute that is spent, until it ends",
    calls(3),
    calls(1),
    { minute: { calls: 3 } },
    { why: "spent", window: "minute", renewsInMs: 30_000 },
  ],
  [
    "a day that is spent, until midnight",
    calls(3),
    calls(1),
    { day: { calls: 3 } },
    { why: "spent", renewsInMs: 11 * 3_600_000 + 59 * 60_000 + 30_000 },
  ],
  [
    "more than the whole limit",
    NOTHING,
    tokens(101),
    { total: { tokens: 100 } },
    { why: "too_large", measure: "tokens", limit: 100, asked: 101 },
  ],
  [
    "the tightest of several measures",
    tokens(95),
    tokens(6),
    { total: { calls: 50, tokens: 100 } },
    { why: "spent", measure: "tokens" },
  ],
];
for (const [what, used, asked, limits, refusal] of REFUSALS) {
  test(`refused: ${what}`, () => {
    const taken = ask(spent(used), "a", asked, limits);
    assert.ok(!taken.ok);
    assert.deepEqual({ ...taken.refusal, ...refusal }, taken.refusal);
  });
}

test("what others hold is no spending: it is refused as held, and free when their slice is gone", () => {
  const limits = { total: { calls: 2 } };
  const first = ask(undefined, "a", calls(2), limits);
  assert.ok(first.ok);
  const second = ask(first.account, "b", calls(1), limits);
  assert.equal(!second.ok && second.refusal.why, "held");
  const settled = { released: NOTHING, used: NOTHING };
  const change = {
    holder: "b",
    settled,
    reserved: NOTHING,
    asked: calls(1),
    limits,
    gone: new Set(["a"]),
    isLast: false,
  };
  assert.ok(changed(first.account, change, NOON).ok);
});

test("a window that ended is spent no more; a clock that is behind does not bring it back", () => {
  const limits = { minute: { calls: 3 } };
  const full = spent(calls(3));
  const next = ask(full, "a", calls(3), limits, NOON + 30_000);
  assert.ok(next.ok);
  assert.ok(!ask(next.account, "b", calls(1), limits, NOON).ok);
});

test("with plenty left a holder gets spare for its next calls, near the end exactly what it asked for", () => {
  const plenty = ask(undefined, "a", tokens(100), { total: { calls: 1_000, tokens: 1_000_000 } });
  assert.deepEqual(plenty.ok && heldOf(plenty.account), { calls: 8, tokens: 800, costMicros: 0 });
  const scarce = ask(undefined, "a", tokens(100), { total: { calls: 5, tokens: 1_000_000 } });
  assert.deepEqual(scarce.ok && heldOf(scarce.account), { calls: 1, tokens: 100, costMicros: 0 });
});

interface Schedule {
  readonly limit: number;
  readonly nodes: number;
  readonly asks: readonly {
    readonly node: number;
    readonly tokens: number;
    readonly used: number;
    readonly refunds: boolean;
  }[];
  readonly turns: Iterator<{ readonly delay: number; readonly isLost: number }>;
}

/** Rows in memory whose answers come when the schedule says, and now and then get lost after the write. */
class RacedRows {
  row: Row<Account> | undefined;
  writes = 0;
  readonly #turn: () => Promise<"ok" | "lost">;

  constructor(turn: () => Promise<"ok" | "lost">) {
    this.#turn = turn;
  }

  async get(): Promise<Row<Account> | undefined> {
    await this.#turn();
    return this.row;
  }
  create(key: string, value: Account): Promise<Row<Account>> {
    return this.#write(key, value, 0);
  }
  update(key: string, value: Account, revision: number): Promise<Row<Account>> {
    return this.#write(key, value, revision);
  }
  async #write(key: string, value: Account, revision: number): Promise<Row<Account>> {
    const outcome = await this.#turn();
    if ((this.row?.revision ?? 0) !== revision) throw new TroupeError("conflict", "somebody else");
    this.row = { key, value, revision: ++this.writes };
    if (outcome === "lost") throw new TroupeError("outcome_unknown", "the answer got lost");
    return this.row;
  }
}

test("under any interleaving of nodes, lost answers included, no more is reserved and spent than the limit", async () => {
  const schedule = fc.record({
    limit: fc.integer({ min: 1, max: 40 }),
    nodes: fc.integer({ min: 1, max: 4 }),
    asks: fc.array(
      fc.record({ node: fc.nat(3), tokens: fc.integer({ min: 1, max: 9 }), used: fc.nat(9), refunds: fc.boolean() }),
      { maxLength: 40 },
    ),
    turns: fc.infiniteStream(fc.record({ delay: fc.nat(6), isLost: fc.nat(19) })),
  });
  const run = async ({ limit, nodes, asks, turns }: Schedule): Promise<void> => {
    const clock = new ManualClock(NOON);
    const turn = async () => {
      const next = turns.next();
      const { delay, isLost } = next.done === true ? { delay: 0, isLost: 1 } : next.value;
      for (let i = 0; i < delay; i++) await Promise.resolve();
      return isLost === 0 ? "lost" : "ok";
    };
    const rows = new RacedRows(turn);
    const random = { unit: () => 0, bytes: (length: number) => new Uint8Array(length) };
    const accounts = Array.from(
      { length: nodes },
      (_, node) =>
        new HeldAccount({
          key: "k",
          rows,
          holder: `n${node}/1`,
          clock: { ...wall(clock), sleep: () => Promise.resolve() },
          random,
          goneAmong: async () => new Set(),
        }),
    );
    let inFlight = 0;
    let used = 0;
    const call = async (ask: (typeof asks)[number]) => {
      const account = accounts[ask.node % nodes];
      assert.ok(account);
      const asked = tokens(ask.tokens);
      let refused: Refusal | undefined;
      try {
        refused = await account.reserve(asked, { total: { tokens: limit } });
      } catch (error) {
        if (TroupeError.is(error, "outcome_unknown")) return;
        throw error;
      }
      if (refused) return;
      inFlight += ask.tokens;
      assert.ok(inFlight + used <= limit, `${inFlight} reserved and ${used} used of ${limit}`);
      for (let i = 0; i < ask.used; i++) await Promise.resolve();
      inFlight -= ask.tokens;
      const really = ask.refunds ? 0 : Math.min(ask.used, ask.tokens);
      used += really;
      account.settle(asked, ask.refunds ? NOTHING : tokens(really));
      await account.flush().catch((error: unknown) => assert.ok(TroupeError.is(error, "outcome_unknown")));
    };
    await Promise.all(asks.map(call));
    for (const account of accounts) {
      for (
        let tries = 0;
        tries < 20 &&
        !(await account.giveBack().then(
          () => account.isAtRest,
          () => false,
        ));
        tries++
      );
      assert.ok(account.isAtRest);
    }
    assert.equal(rows.row?.value.total.tokens ?? 0, used, "what was used is counted exactly");
    assert.deepEqual(rows.row === undefined ? NOTHING : heldOf(rows.row.value), NOTHING);
  };
  await fc.assert(fc.asyncProperty(schedule, run), { numRuns: 500 });
});

const wall = (clock: ManualClock) => ({ nowMs: () => clock.nowMs(), monotonicMs: () => clock.monotonicMs() });
