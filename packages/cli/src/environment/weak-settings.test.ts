import assert from "node:assert/strict";
import { test } from "node:test";
import { type SettingFacts, WEAK_NAMES, type WeakName, weakSettings } from "./weak-settings.ts";

const strong = {
  nats: { url: "tls://nats.example:4222", hasTls: true, hasKeys: true, hasRoleKeys: true },
  http: { host: "127.0.0.1", auth: "required", secret: undefined },
  store: { replicas: 3, isSynced: false, isThrownAway: false },
  model: "live",
  hasAuditKey: true,
} as const satisfies SettingFacts;

const cases: readonly (readonly [WeakName, SettingFacts])[] = [
  ["nats-without-keys", { nats: { ...strong.nats, hasKeys: false, hasRoleKeys: false } }],
  ["shared-role-user", { nats: { ...strong.nats, hasRoleKeys: false } }],
  ["nats-without-tls", { nats: { ...strong.nats, hasTls: false } }],
  ["http-without-auth", { http: { ...strong.http, auth: "off" } }],
  ["http-anonymous", { http: { ...strong.http, auth: "optional" } }],
  ["http-without-tls", { http: { ...strong.http, host: "0.0.0.0" } }],
  ["default-secret", { http: { ...strong.http, secret: "changeme" } }],
  ["throwaway-store", { store: { ...strong.store, isThrownAway: true } }],
  ["r1-without-sync", { store: { ...strong.store, replicas: 1 } }],
  ["offline-model", { model: "offline" }],
  ["throwaway-audit-key", { hasAuditKey: false }],
];

test("strong settings are not weak, and neither are those that a part does not have", () => {
  assert.deepEqual(weakSettings(strong), []);
  assert.deepEqual(weakSettings({}), []);
});

test("each weak setting is found under its name, alone, with what to do", () => {
  assert.deepEqual(
    cases.map(([name]) => name),
    WEAK_NAMES,
  );
  for (const [name, facts] of cases) {
    const found = weakSettings({ ...strong, ...facts });
    assert.deepEqual(
      found.map((weak) => weak.name),
      [name],
    );
    assert.ok(found.every(({ text, remedy }) => text !== "" && remedy !== ""));
  }
});

test("loopback needs no TLS, a synced disk no copies, and a long secret is none by default", () => {
  for (const url of [
    "nats://127.0.0.1:4222",
    "127.0.0.1:4222",
    "nats://localhost",
    "nats://[::1]:4222",
    "nats://127.1.2.3",
  ])
    assert.deepEqual(weakSettings({ nats: { ...strong.nats, url, hasTls: false } }), [], url);
  for (const url of ["nats://127.0.0.1.example:4222", "nats://10.0.0.1", "not a url", ""])
    assert.equal(weakSettings({ nats: { ...strong.nats, url, hasTls: false } }).length, 1, url);
  assert.deepEqual(weakSettings({ store: { replicas: 1, isSynced: true, isThrownAway: false } }), []);
  assert.deepEqual(weakSettings({ http: { ...strong.http, secret: "0123456789abcdef".repeat(2) } }), []);
  for (const secret of ["secret", "Password1", "change-me", "short", "x".repeat(64), "ababab".repeat(8)])
    assert.equal(weakSettings({ http: { ...strong.http, secret } })[0]?.name, "default-secret", secret);
});
