import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { TroupeError } from "../errors.ts";
import { publicKeyOf } from "../nats/nkey.ts";
import { createLogger } from "../telemetry/logger.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { KeyRing } from "./key-ring.ts";
import { loadServerSeeds } from "./server-keys.ts";

let base = "";
before(async () => {
  base = await mkdtemp(join(tmpdir(), "troupe-keys-"));
});
after(() => rm(base, { recursive: true, force: true }));

async function ring(name: string) {
  const file = join(base, `${name}.json`);
  const seeds = await loadServerSeeds(file);
  const clock = new ManualClock();
  const reloads: (readonly (string | undefined)[])[] = [];
  let isRefusing = false;
  const keys: KeyRing = new KeyRing({
    file,
    seeds,
    reload: async () => {
      if (isRefusing) throw new TroupeError("unavailable", "no server");
      reloads.push([keys.publicKeys.gateway, keys.oldKeys["gateway"]]);
    },
    clock,
    signal: new AbortController().signal,
    logger: createLogger({ name: "test", level: "silent" }),
  });
  return { file, seeds, clock, reloads, keys, refuse: () => (isRefusing = true) };
}

test("a replaced key is good beside the new one for a while, then the new one alone", async () => {
  const { file, seeds, clock, reloads, keys } = await ring("replaced");
  const old = publicKeyOf(seeds.gateway);
  await keys.rotate("gateway");
  const now = publicKeyOf(keys.seedOf("gateway"));
  assert.notEqual(now, old);
  assert.deepEqual(reloads, [[now, old]]);
  assert.deepEqual(await loadServerSeeds(file), { ...seeds, gateway: keys.seedOf("gateway") });
  await clock.advance(11_000);
  assert.equal(reloads.length, 1);
  await clock.advance(1_000);
  assert.deepEqual(reloads.at(-1), [now, undefined]);
});

test("a key that is replaced twice in a row leaves only the newest", async () => {
  const { clock, reloads, keys } = await ring("twice");
  await keys.rotate("gateway");
  await keys.rotate("gateway");
  const now = publicKeyOf(keys.seedOf("gateway"));
  await clock.advance(12_000);
  assert.deepEqual(reloads.at(-1), [now, undefined]);
});

test("where the server does not take it, everything stays as it was", async () => {
  const { file, seeds, keys, refuse } = await ring("refused");
  refuse();
  await assert.rejects(keys.rotate("gateway"), { code: "unavailable" });
  assert.equal(keys.seedOf("gateway"), seeds.gateway);
  assert.deepEqual(keys.oldKeys, {});
  assert.deepEqual(await loadServerSeeds(file), seeds);
});
