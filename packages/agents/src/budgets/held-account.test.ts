import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "@troupe/runtime";
import type { Row } from "@troupe/runtime/internal";
import { ManualClock } from "@troupe/runtime/internal-testing";
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
    /** Whether the node dies while the call runs. */
    readonly isLast: boolean;
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
  const dead = new Set<string>();
  const [witness, ...accounts] = Array.from(
    { length: nodes + 1 },
    (_, node) =>
      new HeldAccount({
        key: "k",
        rows,
        holder: `n${node}/1`,
        clock: { ...wall(clock), sleep: () => Promise.resolve() },
        random,
        goneAmong: async (holders) => new Set(holders.filter((holder) => dead.has(holder))),
      }),
  );
  let inFlight = 0;
  let used = 0;
  const call = async (wish: (typeof asks)[number]) => {
    const holder = `n${1 + (wish.node % nodes)}/1`;
    const account = accounts[wish.node % nodes];
    assert.ok(account);
    if (dead.has(holder)) return;
    const asked = tokens(wish.tokens);
    let refused: Refusal | undefined;
    try {
      refused = await account.reserve(asked, { total: { tokens: limit } });
    } catch (error) {
      if (TroupeError.is(error, "outcome_unknown")) return;
      throw error;
    }
    if (refused || dead.has(holder)) return;
    inFlight += wish.tokens;
    assert.ok(inFlight + used <= limit, `${inFlight} reserved and ${used} used of ${limit}`);
    if (wish.isLast) dead.add(holder);
    for (let i = 0; i < wish.used; i++) await Promise.resolve();
    // Nobody learns how it ended: it may have used all that it might.
    if (dead.has(holder)) return;
    inFlight -= wish.tokens;
    const really = wish.refunds ? 0 : Math.min(wish.used, wish.tokens);
    used += really;
    account.settle(asked, wish.refunds ? NOTHING : tokens(really));
    await account.flush().catch((error: unknown) => assert.ok(TroupeError.is(error, "outcome_unknown")));
  };
  await Promise.all(asks.map(call));
  const living = accounts.filter((_, node) => !dead.has(`n${1 + node}/1`));
  for (const account of living) await untilAtRest(account);
  assert.ok(witness);
  // Whoever finds no room writes off what the dead held.
  const all = tokens(limit);
  const hasRoom = await untilSure(async () => (await witness.reserve(all, { total: { tokens: limit } })) === undefined);
  if (hasRoom) witness.settle(all, NOTHING);
  await untilAtRest(witness);
  const counted = rows.row?.value.total.tokens ?? 0;
  if (dead.size === 0) assert.equal(counted, used, "what was used is counted exactly");
  else assert.ok(counted >= used + inFlight, "what dead nodes may have used is counted");
  assert.deepEqual(rows.row === undefined ? NOTHING : heldOf(rows.row.value), NOTHING);
}

async function untilAtRest(account: HeldAccount): Promise<void> {
  await untilSure(() => account.giveBack());
  assert.ok(account.isAtRest);
}

/** Again while the answer got lost. */
async function untilSure<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (!TroupeError.is(error, "outcome_unknown") || tries === 20) throw error;
    }
  }
}

test("under any interleaving of nodes, lost answers and deaths included, no more is reserved and spent than the limit", async () => {
  const schedule = fc.record({
    limit: fc.integer({ min: 1, max: 40 }),
    nodes: fc.integer({ min: 1, max: 4 }),
    asks: fc.array(
      fc.record({
        node: fc.nat(3),
        tokens: fc.integer({ min: 1, max: 9 }),
        used: fc.nat(9),
        refunds: fc.boolean(),
        isLast: fc.nat(9).map((n) => n === 0),
      }),
      { maxLength: 40 },
    ),
    turns: fc.infiniteStream(fc.record({ delay: fc.nat(6), isLost: fc.nat(19) })),
  });
  await fc.assert(fc.asyncProperty(schedule, race), { numRuns: 500 });
});

test("what a write under way is to use, or to give back, is not lent to another call meanwhile", async () => {
  for (const act of ["use", "give back"] as const) {
    const clock = new ManualClock(NOON);
    const gate = Promise.withResolvers<void>();
    let isGated = false;
    const rows = new RacedRows(async () => {
      if (isGated) await gate.promise;
      return "ok";
    });
    const account = new HeldAccount({
      key: "k",
      rows,
      holder: "n1/1",
      clock: { ...wall(clock), sleep: () => Promise.resolve() },
      random: { unit: () => 0, bytes: (length) => new Uint8Array(length) },
      goneAmong: () => Promise.resolve(new Set()),
    });
    const limits = { total: { tokens: 20 } };
    await account.reserve(tokens(4), { total: { tokens: 100 } });
    account.settle(tokens(4), NOTHING);
    await account.flush();
    assert.equal(rows.row && heldOf(rows.row.value).tokens, 12, "held to spare");
    isGated = true;
    const first = act === "use" ? account.reserve(tokens(15), limits) : account.giveBack();
    await Promise.resolve();
    const second = account.reserve(tokens(3), limits);
    gate.resolve();
    const refused = [await first, await second].filter((refusal) => refusal !== undefined);
    const reserved = act === "use" ? (refused.length === 0 ? 18 : 15) : 3;
    assert.ok(rows.row && heldOf(rows.row.value).tokens >= reserved, `${act}: ${JSON.stringify(rows.row?.value)}`);
  }
});
