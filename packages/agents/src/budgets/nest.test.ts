import assert from "node:assert/strict";
import { test } from "node:test";
import { requireTaskId } from "@troupe/runtime";
import { sessionKey } from "@troupe/runtime/internal";
import { type BudgetedCall, nestOf, token } from "./nest.ts";

const { id: task } = requireTaskId("0-v1-00000000000000000000000000");
const session = sessionKey("acme", "chat-7");
const CALL: BudgetedCall = {
  owner: { task, tenant: "acme", user: "ann@example.org", session },
  role: "writer",
  provider: "api.openai.com OPENAI_API_KEY",
  isOffline: false,
};
const keys = (...args: Parameters<typeof nestOf>) => nestOf(...args).map(({ key }) => key);

test("by default a conversation has 500,000 tokens and $10, a user 100 calls and 100,000 tokens a minute", () => {
  const [conversation, user, ...others] = nestOf(undefined, CALL);
  assert.equal(conversation?.key, `session.${session}`);
  assert.deepEqual(conversation.limits.total, { tokens: 500_000, costMicros: 10_000_000 });
  assert.equal(user?.key, `user.acme.${token("ann@example.org")}`);
  assert.deepEqual(user.limits.minute, { calls: 100, tokens: 100_000 });
  assert.deepEqual(others, []);
});

test("nobody is held to a pace by the offline model, unless the system says so", () => {
  assert.deepEqual(keys(undefined, { ...CALL, isOffline: true }), [`session.${session}`]);
  const said = keys({ user: { minute: { calls: 5 } } }, { ...CALL, isOffline: true });
  assert.deepEqual(said, [`session.${session}`, `user.acme.${token("ann@example.org")}`]);
});

test("all that is declared is nested, and `{}` takes a default away", () => {
  const limit = { total: { calls: 1 } };
  const all = { task: limit, session: {}, user: limit, tenant: limit, role: limit, provider: limit };
  assert.deepEqual(keys(all, CALL), [
    `task.${task}`,
    `user.acme.${token("ann@example.org")}`,
    "tenant.acme",
    "role.writer",
    `provider.${token("api.openai.com OPENAI_API_KEY")}`,
  ]);
});

test("a tenant or role with limits of its own has those, whatever its name", () => {
  const own = {
    tenant: { total: { calls: 1 } },
    tenants: { acme: { total: { calls: 9 } } },
    roles: { reader: { day: { costUsd: 0.5 } } },
  };
  assert.deepEqual(nestOf(own, CALL).at(-1)?.limits.total, { calls: 9 });
  assert.deepEqual(nestOf(own, { ...CALL, role: "reader" }).at(-1)?.limits.day, { costMicros: 500_000 });
  const odd = { ...CALL, owner: { ...CALL.owner, tenant: "constructor" } };
  assert.deepEqual(nestOf(own, odd).at(-1)?.limits.total, { calls: 1 });
});

test("a task without a session is a conversation of its own; tenants cannot meet in a user's account", () => {
  const alone = { ...CALL, owner: { ...CALL.owner, session: undefined } };
  assert.match(keys(undefined, alone)[0] ?? "", /^session\.[0-9a-z]{26}$/);
  assert.notEqual(keys(undefined, alone)[0], `session.${session}`);
  const dotted = { ...CALL, owner: { ...CALL.owner, tenant: "acme.ann", user: "x" } };
  assert.doesNotMatch(keys(undefined, dotted)[1] ?? "", /^user\.acme\.ann/);
});
