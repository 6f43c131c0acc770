import assert from "node:assert/strict";
import { test } from "node:test";
import type { Principal } from "./principal.ts";
import { VerifiedTokens } from "./verified-tokens.ts";

const principal = (expiresAtMs: number): Principal => ({
  tenant: "acme",
  user: "ann",
  permissions: new Set(),
  credential: { kind: "jwt", id: "j" },
  expiresAtMs,
  isWalled: true,
});
const at = { ms: 1_000_000 };
const clock = { nowMs: () => at.ms, monotonicMs: () => at.ms, sleep: () => Promise.resolve() };

test("a token is known again for a minute, never beyond its end, and no other token is taken for it", () => {
  at.ms = 1_000_000;
  const tokens = new VerifiedTokens(clock);
  const [long, short] = [principal(at.ms + 3_600_000), principal(at.ms + 5_000)];
  tokens.keep("long", long);
  tokens.keep("short", short);
  assert.equal(tokens.find("long"), long);
  assert.equal(tokens.find("lonG"), undefined);
  assert.equal(tokens.find("long "), undefined);
  at.ms += 5_000;
  assert.equal(tokens.find("short"), undefined);
  assert.equal(tokens.find("long"), long);
  at.ms += 55_000;
  assert.equal(tokens.find("long"), undefined);
  assert.equal(tokens.size, 0);
});

test("however many tokens come, only so many are kept", () => {
  const tokens = new VerifiedTokens(clock);
  for (let n = 0; n < 10_500; n++) tokens.keep(`token ${n}`, principal(at.ms + 60_000));
  assert.equal(tokens.size, 10_000);
  assert.equal(tokens.find("token 0"), undefined);
  assert.ok(tokens.find("token 10499"));
});
