import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { systemClock } from "@troupe/runtime";
import { createSigningKeys, loadServerSeeds } from "@troupe/runtime/internal";
import { credsFolderIn, makeCredentials } from "./auth-folder.ts";
import { shownKeys } from "./shown-key.ts";

let base = "";
before(async () => {
  base = await mkdtemp(join(tmpdir(), "troupe-shown-"));
});
after(() => rm(base, { recursive: true, force: true }));

const hasSeed = (shown: unknown): boolean => /SU[A-Z2-7]{56}/.test(JSON.stringify(shown));

test("keys of a JSON file are shown without seeds, and one seed when it is asked for", async () => {
  const file = join(base, "keys.json");
  const seeds = await loadServerSeeds(file);
  const shown = await shownKeys(file, undefined);
  assert.deepEqual(shown.map(({ name }) => name).toSorted(), Object.keys(seeds).toSorted());
  assert.equal(hasSeed(shown), false);
  const asked = (await shownKeys(file, "sys")).filter(({ seed }) => seed !== undefined);
  assert.deepEqual(
    asked.map(({ name, seed }) => [name, seed]),
    [["sys", seeds.sys]],
  );
});

test("credentials in a folder are shown with their end, nodes included", async () => {
  const folder = join(base, "auth");
  const keys = await createSigningKeys(folder, { system: "shop", shards: 1 });
  const made = [];
  for (const bearer of [{ part: "gateway" }, { node: "web-1" }] as const) {
    made.push(await makeCredentials({ folder, keys, clock: systemClock }, bearer, { days: 1, mayReplace: false }));
  }
  const shown = await shownKeys(credsFolderIn(folder), undefined);
  assert.deepEqual(
    shown.map(({ name, publicKey, expiresAt }) => [name, publicKey, expiresAt]),
    [
      ["gateway", made[0]?.publicKey, made[0]?.expiresAt],
      ["node/web-1", made[1]?.publicKey, made[1]?.expiresAt],
    ],
  );
  assert.equal(hasSeed(shown), false);
});

test("credentials that are there are not made again unless they may be replaced", async () => {
  const folder = join(base, "again");
  const keys = await createSigningKeys(folder, { system: "shop", shards: 1 });
  const place = { folder, keys, clock: systemClock };
  const first = await makeCredentials(place, { part: "gateway" }, { days: 1, mayReplace: false });
  const again = { days: 1, mayReplace: false };
  await assert.rejects(makeCredentials(place, { part: "gateway" }, again), { code: "conflict" });
  const second = await makeCredentials(place, { part: "gateway" }, { days: 1, mayReplace: true });
  assert.notEqual(second.publicKey, first.publicKey);
});
