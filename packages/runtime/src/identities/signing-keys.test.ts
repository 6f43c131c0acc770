import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ACCOUNTS } from "../nats/users.ts";
import { createSigningKeys, isIssuerFolder, readSigningKeys } from "./signing-keys.ts";

let base = "";
before(async () => {
  base = await mkdtemp(join(tmpdir(), "troupe-signing-"));
});
after(() => rm(base, { recursive: true, force: true }));

test("keys are made once, for their owner only, and read back", async () => {
  const folder = join(base, "once");
  assert.equal(await isIssuerFolder(folder), false);
  const made = await createSigningKeys(folder, { system: "shop", shards: 2 });
  assert.equal(await isIssuerFolder(folder), true);
  for (const name of ["issuer.json", "operator.seed"]) {
    assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600);
  }
  assert.deepEqual(await readSigningKeys(folder), made);
  await assert.rejects(createSigningKeys(folder, { system: "shop", shards: 2 }), { code: "conflict" });
  assert.deepEqual(await readSigningKeys(folder), made);
});

test("an account that a later release knows gets a key, the others keep theirs", async () => {
  const folder = join(base, "older");
  const made = await createSigningKeys(folder, { system: "shop", shards: 1 });
  const { TOOLS: _, ...older } = made.accounts;
  await writeFile(join(folder, "issuer.json"), JSON.stringify({ ...made, accounts: older }));
  const read = await readSigningKeys(folder);
  assert.deepEqual(Object.keys(read.accounts).toSorted(), ACCOUNTS.toSorted());
  assert.equal(read.accounts.CORE, made.accounts.CORE);
  assert.notEqual(read.accounts.TOOLS, made.accounts.TOOLS);
  assert.deepEqual(await readSigningKeys(folder), read);
});

test("a file that is none is refused, and left as it is", async () => {
  const folder = join(base, "bad");
  await createSigningKeys(folder, { system: "shop", shards: 1 });
  const file = join(folder, "issuer.json");
  for (const text of ["", "{}", '{"v":2}']) {
    await writeFile(file, text);
    await assert.rejects(readSigningKeys(folder), { code: "invalid_config" });
    assert.equal(await readFile(file, "utf8"), text);
  }
});
