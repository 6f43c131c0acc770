import assert from "node:assert/strict";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type RunFile, readRunFile, removeRunFile, writeRunFile } from "./run-file.ts";

const run: RunFile = {
  v: 1,
  pid: process.pid,
  system: "troupe",
  nats_url: "nats://127.0.0.1:4222",
  http_url: "http://127.0.0.1:8080",
  door: "router",
  model: "offline",
  started_at: "2026-01-01T00:00:00Z",
};

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "troupe-run-"));
  try {
    await use(join(folder, ".troupe"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("a run file is read back while its process lives, and only its owner may read it", () =>
  inFolder(async (folder) => {
    await writeRunFile(folder, run);
    assert.deepEqual(await readRunFile(folder), run);
    assert.equal((await stat(join(folder, "run.json"))).mode & 0o777, 0o600);
  }));

test("the file of a process that has died counts as none", () =>
  inFolder(async (folder) => {
    await writeRunFile(folder, run);
    assert.equal(await readRunFile(folder, () => false), undefined);
  }));

test("a file that does not parse counts as none", () =>
  inFolder(async (folder) => {
    await writeRunFile(folder, run);
    for (const text of ["", "{", '{"v":2}', JSON.stringify({ ...run, extra: 1 })]) {
      await writeFile(join(folder, "run.json"), text);
      assert.equal(await readRunFile(folder), undefined, text);
    }
  }));

test("a process removes its own run file and leaves another's", () =>
  inFolder(async (folder) => {
    await writeRunFile(folder, run);
    await removeRunFile(folder, run.pid + 1);
    assert.deepEqual(await readRunFile(folder), run);
    await removeRunFile(folder, run.pid);
    assert.equal(await readRunFile(folder), undefined);
  }));
