import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "@troupe/runtime";
import { ManualClock, type Row } from "@troupe/runtime/internal";
import fc from "fast-check";
import { type Amount, NOTHING } from "./amount.ts";
import { HeldAccount } from "./held-account.ts";
import { type Account, heldOf, type Refusal } from "./ledger.ts";

const NOON = Date.UTC(2026, 0, 1, 12, 0, 30);
const tokens = (n: number): Amount => ({ calls: 1, tokens: n, costMicros: 0 });
const wall = (clock: ManualClock) => ({ nowMs: () => clock.nowMs(), monotonicMs: () => clock.monotonicMs() });

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
  async put(key: string, value: Account, revision = 0): Promise<Row<Account>> {
    const outcome = await this.#turn();
    if ((this.row?.revision ?? 0) !== revision) throw new TroupeError("conflict", "somebody else");
    this.row = { key, value, revision: ++this.writes };
    if (outcome === "lost") throw new TroupeError("outcome_unknown", "the answer got lost");
    return this.row;
  }
}

/** Runs all calls at once, as their schedule has it, and counts what is reserved and used at every moment. */
async function race({ limit, nodes, asks, turns }: Schedule): Promise<void> {
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
  const call = async (wish: (typeof asks)[number]) => {
    const account = accounts[wish.node % nodes];
    assert.ok(account);
    const asked = tokens(wish.tokens);
    let refused: Refusal | undefined;
    try {
      refused = await account.reserve(asked, { total: { tokens: limit } });
    } catch (error) {
      if (TroupeError.is(error, "outcome_unknown")) return;
      throw error;
    }
    if (refused) return;
    inFlight += wish.tokens;
    assert.ok(inFlight + used <= limit, `${inFlight} reserved and ${used} used of ${limit}`);
    for (let i = 0; i < wish.used; i++) await Promise.resolve();
    inFlight -= wish.tokens;
    const really = wish.refunds ? 0 : Math.min(wish.used, wish.tokens);
    used += really;
    account.settle(asked, wish.refunds ? NOTHING : tokens(really));
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
  await fc.assert(fc.asyncProperty(schedule, race), { numRuns: 500 });
});
