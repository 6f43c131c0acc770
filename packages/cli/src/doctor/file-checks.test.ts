import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { modesCheck } from "./file-checks.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-modes-"));
  await mkdir(join(folder, "roles"));
  await mkdir(join(folder, "streams"));
  for (const name of ["keys.json", "nats-server.log", "roles/v1.json"])
    await writeFile(join(folder, name), "{}", { mode: 0o600 });
  await writeFile(join(folder, "streams/meta.json"), "{}", { mode: 0o644 });
});
after(() => rm(folder, { recursive: true, force: true }));

const modes = () => modesCheck(join(folder, "keys.json")).run();

test("keys, the server's log and the keys of roles are looked at, and are fine for their owner only", async () => {
  assert.deepEqual(await modes(), { status: "ok", text: "3 files of keys and logs, for their owner only" });
});

test("a log or a key that others can read has failed, by name, with the command that mends it", async () => {
  for (const name of ["nats-server.log", "roles/v1.json"]) {
    await chmod(join(folder, name), 0o644);
    const found = await modes();
    assert.equal(found.status, "failed");
    assert.ok(found.text.includes(`${join(folder, name)} (0644)`), found.text);
    assert.ok("remedy" in found && found.remedy.includes(`chmod 600 ${join(folder, name)}`));
    await chmod(join(folder, name), 0o600);
  }
});

test("a single file and a folder of credentials are looked at too; without keys there is nothing to look at", async () => {
  assert.equal((await modesCheck(join(folder, "roles")).run()).status, "ok");
  await chmod(join(folder, "roles/v1.json"), 0o640);
  assert.equal((await modesCheck(join(folder, "roles/v1.json")).run()).status, "failed");
  assert.equal((await modesCheck(undefined).run()).status, "skipped");
});
