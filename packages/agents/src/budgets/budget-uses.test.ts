import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "@troupe/runtime/internal-testing";
import { NOTHING } from "./amount.ts";
import { BudgetUses } from "./budget-uses.ts";
import { type Account, emptyAccount, usedRatio } from "./ledger.ts";

const spent = (nowMs: number, calls: number, held = 0): Account => ({
  ...emptyAccount(nowMs),
  minute: { startMs: Math.floor(nowMs / 60_000) * 60_000, amount: { ...NOTHING, calls } },
  total: { ...NOTHING, calls },
  slices: held === 0 ? {} : { n1: { held: { ...NOTHING, calls: held }, write: 1 } },
});

test("the tightest limit counts, with what nodes hold, and a window that is over counts no more", () => {
  const nowMs = 1_000_000;
  const account = spent(nowMs, 5, 1);
  const cases = [
    [{}, nowMs, 0],
    [{ minute: { calls: 10 } }, nowMs, 0.6],
    [{ minute: { calls: 10 }, total: { calls: 8 } }, nowMs, 0.75],
    [{ minute: { calls: 10 } }, nowMs + 60_000, 0.1],
    [{ total: { calls: 0 } }, nowMs, 1],
    [{ total: { tokens: 100 } }, nowMs, 0],
  ] as const;
  for (const [limits, atMs, ratio] of cases)
    assert.equal(usedRatio(account, limits, atMs), ratio, JSON.stringify(limits));
});

test("shared budgets are told of, those of one caller are not, and the list does not grow for ever", () => {
  const clock = new ManualClock();
  const uses = new BudgetUses(clock);
  const held = { account: spent(clock.nowMs(), 5) };
  const limits = { total: { calls: 10 } };
  for (const kind of ["task", "session", "user"]) uses.drawn({ key: `${kind}.x`, name: kind, limits }, held);
  uses.drawn({ key: "role.a", name: "role a", limits }, held);
  uses.drawn({ key: "role.b", name: "role b", limits }, { account: undefined });
  assert.deepEqual(uses.reports(), [
    { account: "role a", usedRatio: 0.5 },
    { account: "role b", usedRatio: 0 },
  ]);
  for (let i = 0; i < 300; i++) uses.drawn({ key: `tenant.${i}`, name: `tenant ${i}`, limits }, held);
  assert.equal(uses.reports().length, 200);
  assert.ok(uses.reports().every(({ account }) => account.startsWith("tenant")));
});
