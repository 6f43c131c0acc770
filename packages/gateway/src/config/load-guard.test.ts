import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { TroupeError } from "@troupe/runtime/internal";
import { loadGuardSettings } from "./load-guard.ts";

let folder: string;
let secret: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-guard-"));
  secret = join(folder, "secret");
  await writeFile(secret, "a secret that is long enough to be one\n");
});
after(() => rm(folder, { recursive: true }));

test("without settings nobody signs in and nobody is limited", async () => {
  assert.deepEqual(await loadGuardSettings({}), {
    auth: undefined,
    limits: undefined,
    trustedProxies: undefined,
    pushPrivateHosts: undefined,
  });
});

test("API keys need one word, JWTs their issuer, audience and one source of keys", async () => {
  assert.deepEqual((await loadGuardSettings({ TROUPE_AUTH: "required" })).auth, {
    letsAnonymousIn: false,
    jwt: undefined,
  });
  const jwt = { TROUPE_JWT_ISSUER: "https://i", TROUPE_JWT_AUDIENCE: "a", TROUPE_JWT_SECRET_FILE: secret };
  const { auth } = await loadGuardSettings({ TROUPE_AUTH: "optional", ...jwt });
  assert.deepEqual(auth, {
    letsAnonymousIn: true,
    jwt: {
      keys: { kind: "secret", secret: "a secret that is long enough to be one" },
      issuer: "https://i",
      audience: "a",
      claims: { tenant: "tenant", roles: "roles" },
    },
  });
});

test("what is half set, set twice or set in vain is refused before anything listens", async () => {
  const wrong: Record<string, string>[] = [
    { TROUPE_AUTH: "maybe" },
    { TROUPE_AUTH: "required", TROUPE_JWT_ISSUER: "https://i" },
    { TROUPE_AUTH: "required", TROUPE_JWT_SECRET_FILE: secret },
    { TROUPE_JWT_ISSUER: "i", TROUPE_JWT_AUDIENCE: "a", TROUPE_JWT_SECRET_FILE: secret },
    { TROUPE_AUTH: "required", TROUPE_JWT_SECRET_FILE: secret, TROUPE_JWKS_URL: "https://i/keys" },
    { TROUPE_AUTH: "required", TROUPE_JWT_SECRET_FILE: join(folder, "none") },
    { TROUPE_TRUSTED_PROXIES: "10.0.0.1, proxy.example" },
    { TROUPE_LIMIT_USER: "0" },
  ];
  for (const env of wrong) {
    await assert.rejects(
      loadGuardSettings(env),
      (error) => TroupeError.is(error, "invalid_config"),
      JSON.stringify(env),
    );
  }
});

test("limits and proxies are taken one by one", async () => {
  const settings = await loadGuardSettings({ TROUPE_LIMIT_USER: "7", TROUPE_TRUSTED_PROXIES: "10.0.0.0/8, ::1" });
  assert.deepEqual(settings.limits, { userPerMinute: 7 });
  assert.deepEqual(settings.trustedProxies, ["10.0.0.0/8", "::1"]);
});
