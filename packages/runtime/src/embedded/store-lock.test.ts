import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { TroupeError } from "../errors.ts";
import { systemRandom } from "../random.ts";
import { processStart } from "./process-identity.ts";
import { lockStore, storeHolder } from "./store-lock.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "troupe-lock-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const putLock = (holder: object) =>
  writeFile(join(dir, "lock"), JSON.stringify({ nonce: "00000000000000aa", ...holder }));

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

test("of 20 takers of a stale lock exactly one gets it, again and again", async () => {
  for (let round = 0; round < 20; round++) {
    await putLock({ pid: 2 ** 22 + 1, start: "long ago" });
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockStore(dir, systemRandom)));
    const held = results.filter((result) => result.status === "fulfilled");
    assert.equal(held.length, 1);
    for (const result of results) {
      if (result.status === "rejected") assert.ok(TroupeError.is(result.reason, "store_in_use"), String(result.reason));
    }
    await held[0]?.value.release();
    assert.deepEqual(await readdir(dir), []);
  }
});

test("takers and releases in any order never make two holders", async () => {
  await putLock({ pid: 2 ** 22 + 1, start: "long ago" });
  let holders = 0;
  const taker = async () => {
    for (let round = 0; round < 10; round++) {
      const lock = await lockStore(dir, systemRandom).catch((error: unknown) => {
        assert.ok(TroupeError.is(error, "store_in_use"), String(error));
        return undefined;
      });
      if (!lock) continue;
      assert.equal(++holders, 1);
      await lock.announce("nats://127.0.0.1:1");
      holders--;
      await lock.release();
    }
  };
  await Promise.all(Array.from({ length: 8 }, taker));
  await (await lockStore(dir, systemRandom)).release();
});

test("a holder that took over a dead one's lock and died is succeeded as well", async () => {
  await putLock({ pid: 2 ** 22 + 1, start: "long ago" });
  const second = { pid: 2 ** 22 + 2, start: "later", nonce: "00000000000000bb" };
  await writeFile(join(dir, "lock.00000000000000aa"), JSON.stringify(second));
  const lock = await lockStore(dir, systemRandom);
  assert.equal((await storeHolder(dir))?.pid, process.pid);
  await lock.release();
  assert.deepEqual(await readdir(dir), []);
});

test("what is announced is what others read", async () => {
  const lock = await lockStore(dir, systemRandom);
  await lock.announce("nats://127.0.0.1:4222");
  assert.equal((await storeHolder(dir))?.url, "nats://127.0.0.1:4222");
  await lock.release();
});
