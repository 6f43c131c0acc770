import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { isExposed, readSecret, writeSecret } from "./secret-file.ts";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-secret-"));
});
after(() => rm(folder, { recursive: true, force: true }));

test("a secret is for its owner only, and is read back", async () => {
  const file = join(folder, "keys.json");
  await writeSecret(file, "one");
  await writeSecret(file, "two");
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.equal(readSecret(file), "two");
});

test("a file that others can read is refused by name, with the command that mends it", async () => {
  const file = join(folder, "open.json");
  await writeFile(file, "seed");
  for (const mode of [0o644, 0o640, 0o604]) {
    await chmod(file, mode);
    assert.throws(() => readSecret(file), { code: "invalid_config", message: new RegExp(`chmod 600 ${file}`) });
  }
  await chmod(file, 0o400);
  assert.equal(readSecret(file), "seed");
});

test("a file that is not there says so", () => {
  assert.throws(() => readSecret(join(folder, "none")), { code: "unauthorized", message: /none/ });
});

test("a group may read what somebody else has mounted for it, others never", () => {
  assert.equal(isExposed(0o100440, false), false);
  assert.equal(isExposed(0o100440, true), true);
  assert.equal(isExposed(0o100444, false), true);
});
