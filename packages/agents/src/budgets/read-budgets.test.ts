import assert from "node:assert/strict";
import { test } from "node:test";
import { NOTHING } from "./amount.ts";
import { budgetPage } from "./read-budgets.ts";

const names = ["role.a", "role.b", "role.c", "session.x", "tenant.t"];
const all = names.map((account) => ({ account, minute: NOTHING, day: NOTHING, total: NOTHING, reserved: NOTHING }));
const page = (query: Parameters<typeof budgetPage>[1]) => {
  const { accounts, total, cursor } = budgetPage(all, query);
  return { names: accounts.map(({ account }) => account), total, cursor };
};

test("pages of accounts follow one another by their cursors, each account on one of them", () => {
  assert.deepEqual(page({ limit: 2 }), { names: ["role.a", "role.b"], total: 5, cursor: "role.b" });
  assert.deepEqual(page({ limit: 2, after: "role.b" }), {
    names: ["role.c", "session.x"],
    total: 5,
    cursor: "session.x",
  });
  assert.deepEqual(page({ limit: 2, after: "session.x" }), { names: ["tenant.t"], total: 5, cursor: undefined });
});

test("the beginning of a name finds accounts of one kind, and a page that is just full is the last", () => {
  assert.deepEqual(page({ limit: 3, prefix: "role." }), { names: names.slice(0, 3), total: 3, cursor: undefined });
  assert.deepEqual(page({ limit: 3, prefix: "user." }), { names: [], total: 0, cursor: undefined });
});
