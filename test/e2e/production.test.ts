/** Production refuses weak settings by name before anything is started, and runs with those that somebody allowed. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { TROUPE_BIN, TroupeProcess } from "../support/troupe-cli.ts";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-production-"));
});
after(() => rm(folder, { recursive: true, force: true }));

const environment = (own: NodeJS.ProcessEnv) => ({ ...process.env, TROUPE_MODEL_MODE: undefined, ...own });
const troupe = (args: readonly string[], own: NodeJS.ProcessEnv) =>
  new TroupeProcess(args, folder, [process.execPath, TROUPE_BIN], environment(own));

test("troupe start refuses each weak setting by its name with what to do, and leaves nothing behind", async () => {
  const own = { TROUPE_ENV: "production", TROUPE_AUTH: "off" };
  const { code, stderr, stdout } = await troupe(["start", "--memory", "--once", "hello"], own).ends();
  assert.equal(code, 2, stderr);
  for (const name of ["http-without-auth", "throwaway-store", "offline-model"])
    assert.match(stdout + stderr, new RegExp(`^  ${name}: .*\\n    → .*--allow-weak ${name}$`, "m"));
  assert.ok(!(await readdir(join(folder, ".troupe"))).includes("nats"), "no server was started");
});

test("a setting that is allowed by name is said and goes; records are synced to the disk before they are acknowledged", async () => {
  const config = { base: { TROUPE_ALLOW_WEAK: "http-without-auth" }, production: { TROUPE_AUTH: "off" } };
  await writeFile(join(folder, "troupe.config.json"), JSON.stringify(config));
  const args = ["start", "--allow-weak", "offline-model", "--nodes", "1", "--once", "hello"];
  const { code, stderr, stdout } = await troupe(args, { TROUPE_ENV: "production" }).ends();
  assert.equal(code, 0, stdout + stderr);
  assert.match(stderr, /Allowed: offline-model/);
  assert.match(stderr, /Allowed: http-without-auth/);
  const server = await readFile(join(folder, ".troupe", "nats", "nats-server.conf"), "utf8");
  assert.match(server, /sync_interval: always/);
});

test("a name that is none is refused, and so is an environment that is none", async () => {
  for (const [args, own] of [
    [["gateway", "--allow-weak", "everything"], {}],
    [["status"], { TROUPE_ENV: "prod" }],
  ] as const) {
    const { code } = await troupe(args, own).ends();
    assert.equal(code, 2);
  }
});
