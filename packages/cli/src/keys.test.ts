import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { systemClock } from "@troupe/runtime";
import { createSigningKeys, loadServerSeeds } from "@troupe/runtime/internal";
import { credsFileOf, credsFolderIn, makeCredentials } from "./auth/auth-folder.ts";
import { findRoleKeys, keysFileAt, loadKeys, nodeNameIn } from "./keys.ts";

const seed = (letter: string): string => `SU${letter.repeat(56)}`;
let base = "";
let signed = "";
let json = "";
const tls = { ca: "/ca.pem" };

before(async () => {
  base = await mkdtemp(join(tmpdir(), "troupe-cli-keys-"));
  signed = join(base, "auth");
  const keys = await createSigningKeys(signed, { system: "shop", shards: 1 });
  for (const bearer of [{ part: "gateway" }, { part: "operator" }, { node: "web-1" }] as const) {
    await makeCredentials({ folder: signed, keys, clock: systemClock }, bearer, { days: 1, mayReplace: false });
  }
  await mkdir(join(base, "nats"));
  json = join(base, "nats", "keys.json");
  await loadServerSeeds(json);
});
after(() => rm(base, { recursive: true, force: true }));

test("without keys everybody is anonymous, and TLS goes with everybody", async () => {
  assert.deepEqual((await loadKeys({ keysFile: undefined }))("gateway"), {});
  assert.deepEqual((await loadKeys({ keysFile: undefined, tls }))("client"), { tls });
});

test("a JSON file has a seed for each user, without a JWT", async () => {
  assert.equal(await keysFileAt(join(base, "nats")), json);
  const { credentials, inboxPrefix, tls: way } = (await loadKeys({ keysFile: json, tls }))("supervisor");
  assert.deepEqual([inboxPrefix, way], ["_INBOX_supervisor", tls]);
  assert.deepEqual(Object.keys(credentials?.() ?? {}), ["seed"]);
  assert.equal(await findRoleKeys(json), undefined);
  await mkdir(join(base, "nats", "role-keys"));
  assert.deepEqual(await findRoleKeys(json), { folder: join(base, "nats", "role-keys") });
});

test("a folder of credentials has a file for each user, and for each node", async () => {
  const folder = credsFolderIn(signed);
  assert.equal(await keysFileAt(folder), folder);
  const signInOf = await loadKeys({ keysFile: folder });
  assert.equal(signInOf("gateway").inboxPrefix, "_INBOX");
  assert.equal(signInOf("node", "web-1").inboxPrefix, "_INBOX_web-1");
  assert.ok(signInOf("node", "web-1").credentials?.().jwt);
  assert.throws(() => signInOf("node", "web-2"), { code: "unauthorized", message: /web-2\.creds/ });
  assert.equal(await findRoleKeys(folder), "issued");
});

test("one file of credentials is its bearer's, and nobody else's", async () => {
  const gateway = credsFileOf(signed, { part: "gateway" });
  const signInOf = await loadKeys({ keysFile: gateway });
  assert.ok(signInOf("gateway").credentials?.().jwt);
  assert.throws(() => signInOf("operator"), { code: "unauthorized", message: /of gateway, not of operator/ });
  assert.equal(await nodeNameIn(credsFileOf(signed, { node: "web-1" })), "web-1");
  assert.equal(await nodeNameIn(gateway), undefined);
  assert.equal(await nodeNameIn(json), undefined);
});

test("keys are read again at every connect, so that they may be replaced", async () => {
  const file = join(base, "replaced.json");
  await writeFile(file, JSON.stringify({ gateway: seed("A") }), { mode: 0o600 });
  const { credentials } = (await loadKeys({ keysFile: file }))("gateway");
  await writeFile(file, JSON.stringify({ gateway: seed("B") }));
  assert.deepEqual(credentials?.(), { seed: seed("B") });
});

test("a file that others can read, and one that holds something else, are refused", async () => {
  const file = join(base, "open.json");
  await writeFile(file, "{}");
  await chmod(file, 0o644);
  const signInOf = await loadKeys({ keysFile: file });
  assert.throws(() => signInOf("gateway"), { code: "invalid_config", message: /chmod 600/ });
  await chmod(file, 0o600);
  assert.throws(() => signInOf("gateway"), { code: "unauthorized", message: /no key of user gateway/ });
  await writeFile(file, '{"gateway":"x"}');
  assert.throws(() => signInOf("gateway"), { code: "unauthorized", message: /an nkey user seed/ });
});
