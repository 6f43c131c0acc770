import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom, systemRandom } from "@troupe/runtime/internal";
import { ApiKey, judgeApiKey, newApiKey, PrincipalName, parseApiKey } from "./api-key.ts";

const asked = { name: "n", tenant: "acme", user: "ann", roles: ["user"] } as const;
const NOW_MS = 1_800_000_000_000;
const make = (change: object = {}) => newApiKey({ ...asked, ...change }, { random: systemRandom, nowMs: NOW_MS });

test("what is stored of a key does not hold its secret, and what is shown is judged by it", () => {
  const { row, text } = make();
  const parsed = parseApiKey(text);
  assert.ok(parsed && parsed.id === row.id);
  assert.ok(!JSON.stringify(row).includes(parsed.secret));
  assert.equal(judgeApiKey(row, parsed.secret, NOW_MS), "valid");
  assert.equal(judgeApiKey(row, `${parsed.secret.slice(0, -1)}?`, NOW_MS), "unknown");
  assert.equal(judgeApiKey(undefined, parsed.secret, NOW_MS), "unknown");
});

test("a key ends when it expires and when it is revoked; a wrong secret is not told which", () => {
  const { row, text } = make({ lifetimeMs: 1_000 });
  const secret = parseApiKey(text)?.secret ?? "";
  assert.equal(judgeApiKey(row, secret, NOW_MS + 999), "valid");
  assert.equal(judgeApiKey(row, secret, NOW_MS + 1_000), "expired");
  const revoked = { ...row, revokedAt: "2026-01-01T00:00:00.000Z" };
  assert.equal(judgeApiKey(revoked, secret, NOW_MS), "revoked");
  assert.equal(judgeApiKey(revoked, "wrong", NOW_MS), "unknown");
});

test("no two keys are alike, and their ids are names of rows", () => {
  const keys = Array.from({ length: 1_000 }, () => make());
  assert.equal(new Set(keys.map(({ row }) => row.id)).size, 1_000);
  assert.equal(new Set(keys.map(({ row }) => row.hash)).size, 1_000);
  assert.deepEqual(newApiKey(asked, { random: seededRandom(1), nowMs: 0 }).row.roles, ["user"]);
});

test("what is no key is none", () => {
  for (const text of [
    "",
    "troupe_",
    "troupe_short_x",
    `troupe_${"A".repeat(12)}_${"a".repeat(43)}`,
    "x".repeat(10_000),
  ]) {
    assert.equal(parseApiKey(text), undefined, text.slice(0, 20));
  }
});

test("tenants and users hold no control characters, and rows that do are refused", () => {
  for (const name of ["acme", "a b", "ümlaut", "a/b.c>*"]) assert.ok(PrincipalName.safeParse(name).success, name);
  for (const name of ["", "a\nb", "a\u0000", "\u001b[31m", "a\u2028b", "x".repeat(129)]) {
    assert.ok(!PrincipalName.safeParse(name).success, JSON.stringify(name.slice(0, 9)));
  }
  assert.ok(!ApiKey.safeParse({ ...make().row, tenant: "a\nb" }).success);
});
