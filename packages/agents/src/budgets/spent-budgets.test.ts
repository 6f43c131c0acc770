import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_SPENT_BUDGETS } from "@troupe/runtime/internal";
import { ManualClock } from "@troupe/runtime/internal-testing";
import type { Refusal } from "./ledger.ts";
import { SpentBudgets } from "./spent-budgets.ts";

const account = (key: string, name = key) => ({ key, name, limits: {} });
const REFUSAL: Refusal = { why: "spent", window: "total", measure: "calls", limit: 10, spent: 10, asked: 1 };
const accounts = (spent: SpentBudgets) => spent.reports().map(({ account: of }) => of);

test("a budget that is spent is told with its limit, until a call has room again", () => {
  const spent = new SpentBudgets(new ManualClock());
  spent.refused(account("role.payer", "role payer"), REFUSAL);
  assert.deepEqual(spent.reports(), [{ account: "role payer", text: "10 calls in all; 10 are spent" }]);
  spent.granted([account("role.other")]);
  assert.equal(spent.reports().length, 1);
  spent.granted([account("role.other"), account("role.payer")]);
  assert.deepEqual(spent.reports(), []);
});

test("the budget of a day is told until the day ends, one without an end until nobody has asked for an hour", async () => {
  const clock = new ManualClock();
  const spent = new SpentBudgets(clock);
  spent.refused(account("tenant.day"), { ...REFUSAL, window: "day", renewsInMs: 5 * 3_600_000 });
  spent.refused(account("tenant.total"), REFUSAL);
  await clock.advance(3_599_999);
  assert.deepEqual(accounts(spent), ["tenant.day", "tenant.total"]);
  await clock.advance(1);
  assert.deepEqual(accounts(spent), ["tenant.day"]);
  await clock.advance(4 * 3_600_000);
  assert.deepEqual(accounts(spent), []);
});

for (const [what, key, refusal] of [
  ["what running calls hold", "role.r", { ...REFUSAL, why: "held" }],
  ["a call that is larger than the limit", "role.r", { ...REFUSAL, why: "too_large" }],
  ["a minute", "user.u", { ...REFUSAL, window: "minute", renewsInMs: 5 }],
  ["one task", "task.t", REFUSAL],
  ["one conversation", "session.s", REFUSAL],
] as const) {
  test(`${what} is nothing to tell`, () => {
    const spent = new SpentBudgets(new ManualClock());
    spent.refused(account(key), refusal);
    assert.deepEqual(spent.reports(), []);
  });
}

test("however many are spent, those that were found last are told", () => {
  const spent = new SpentBudgets(new ManualClock());
  for (let user = 0; user < MAX_SPENT_BUDGETS + 5; user++) spent.refused(account(`user.${user}`), REFUSAL);
  spent.refused(account("user.5"), REFUSAL);
  assert.equal(spent.reports().length, MAX_SPENT_BUDGETS);
  assert.deepEqual([accounts(spent)[0], accounts(spent).at(-1)], ["user.6", "user.5"]);
});
