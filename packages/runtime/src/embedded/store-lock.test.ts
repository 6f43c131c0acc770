import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { systemRandom } from "../random.ts";
import { processStart } from "./process-identity.ts";
import { lockStore, storeHolder } from "./store-lock.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "troupe-lock-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const putLock = (holder: object) => writeFile(join(dir, "lock"), JSON.stringify(holder));

test("a lock is held until it is released", async () => {
  const lock = await lockStore(dir, systemRandom);
  await assert.rejects(lockStore(dir, systemRandom), { code: "store_in_use" });
  await lock.release();
  await (await lockStore(dir, systemRandom)).release();
  assert.deepEqual(await readdir(dir), []);
});

test("the lock of a process that is gone is taken over", async () => {
  await putLock({ pid: 2 ** 22 + 1, start: "long ago" });
  const lock = await lockStore(dir, systemRandom);
  assert.equal((await storeHolder(dir))?.pid, process.pid);
  await lock.release();
});

test("a process id that was given to another process is no holder", async () => {
  await putLock({ pid: process.pid, start: "another start" });
  assert.equal(await storeHolder(dir), undefined);
  await (await lockStore(dir, systemRandom)).release();
});

test("the lock of a process that runs is not taken", async () => {
  const parent = process.ppid;
  await putLock({ pid: parent, start: await processStart(parent), url: "nats://127.0.0.1:1" });
  await assert.rejects(lockStore(dir, systemRandom), { code: "store_in_use", message: /nats:\/\/127\.0\.0\.1:1/ });
});

test("a lock file that does not parse belongs to nobody", async () => {
  await writeFile(join(dir, "lock"), '{"pid":');
  await (await lockStore(dir, systemRandom)).release();
});

test("of 20 takers of a stale lock exactly one gets it", async () => {
  await putLock({ pid: 2 ** 22 + 1, start: "long ago" });
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockStore(dir, systemRandom)));
  const held = results.filter(({ status }) => status === "fulfilled");
  assert.equal(held.length, 1);
});

test("release leaves the lock of somebody else alone", async () => {
  const lock = await lockStore(dir, systemRandom);
  await putLock({ pid: process.ppid, start: "x" });
  await lock.release();
  assert.match(await readFile(join(dir, "lock"), "utf8"), /"start":"x"/);
});

test("what is announced is what others read", async () => {
  const lock = await lockStore(dir, systemRandom);
  await lock.announce("nats://127.0.0.1:4222");
  assert.equal((await storeHolder(dir))?.url, "nats://127.0.0.1:4222");
  await lock.release();
});
