import assert from "node:assert/strict";
import { test } from "node:test";
import { type Amount, NOTHING } from "./amount.ts";
import { type Account, changed, heldOf, type Limits, type Refusal, type Taken, writtenOff } from "./ledger.ts";

const NOON = Date.UTC(2026, 0, 1, 12, 0, 30);
const calls = (n: number): Amount => ({ calls: n, tokens: 0, costMicros: 0 });
const tokens = (n: number): Amount => ({ calls: 1, tokens: n, costMicros: 0 });

function taking(row: Account | undefined, who: string, asked: Amount, limits: Limits, nowMs = NOON): Taken {
  const settled = { released: NOTHING, used: NOTHING };
  return changed(row, { holder: who, settled, reserved: NOTHING, asked, limits, isLast: false }, nowMs);
}

/** After `used` was spent from an empty account. */
function spent(used: Amount, nowMs = NOON): Account {
  const change = {
    holder: "x",
    settled: { released: NOTHING, used },
    reserved: NOTHING,
    asked: NOTHING,
    limits: {},
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
    const taken = taking(spent(used), "a", asked, limits);
    assert.ok(!taken.ok);
    assert.deepEqual({ ...taken.refusal, ...refusal }, taken.refusal);
  });
}

test("what others hold is no spending: it is refused as held, and as spent once they are gone", () => {
  const limits = { minute: { calls: 2 } };
  const first = taking(undefined, "a", calls(2), limits);
  assert.ok(first.ok);
  const second = taking(first.account, "b", calls(1), limits);
  assert.equal(!second.ok && second.refusal.why, "held");
  const after = writtenOff(first.account, new Set(["a"]), NOON);
  const third = taking(after, "b", calls(1), limits);
  assert.equal(!third.ok && third.refusal.why, "spent");
  assert.deepEqual([heldOf(after), after.total], [NOTHING, calls(2)]);
  assert.ok(taking(after, "b", calls(2), limits, NOON + 30_000).ok, "the next minute is whole again");
});

test("a window that ended is spent no more; a clock that is behind does not bring it back", () => {
  const limits = { minute: { calls: 3 } };
  const full = spent(calls(3));
  const next = taking(full, "a", calls(3), limits, NOON + 30_000);
  assert.ok(next.ok);
  assert.ok(!taking(next.account, "b", calls(1), limits, NOON).ok);
});

test("with plenty left a holder gets spare for its next calls, near the end exactly what it asked for", () => {
  const plenty = taking(undefined, "a", tokens(100), { total: { calls: 1_000, tokens: 1_000_000 } });
  assert.deepEqual(plenty.ok && heldOf(plenty.account), { calls: 8, tokens: 800, costMicros: 0 });
  const scarce = taking(undefined, "a", tokens(100), { total: { calls: 5, tokens: 1_000_000 } });
  assert.deepEqual(scarce.ok && heldOf(scarce.account), { calls: 1, tokens: 100, costMicros: 0 });
});
