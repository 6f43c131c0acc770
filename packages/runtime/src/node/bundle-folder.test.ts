import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempDisposable, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../clock.ts";
import { BundleFolder } from "./bundle-folder.ts";

const CODE = Buffer.from("export default 1;");
const bundle = { sha256: createHash("sha256").update(CODE).digest("hex") };

test("a bundle is fetched once; one that is damaged or gone is fetched again", async () => {
  await using place = await mkdtempDisposable(join(tmpdir(), "troupe-bundles-"));
  const bundles = new BundleFolder(join(place.path, "new"), systemClock);
  let fetched = 0;
  const fetch = async () => {
    fetched++;
    return CODE;
  };
  const path = await bundles.path(bundle, fetch);
  assert.deepEqual(await readFile(path), CODE);
  assert.equal(await bundles.path(bundle, fetch), path);
  assert.equal(fetched, 1);
  await writeFile(path, "export default 2;");
  await bundles.path(bundle, fetch);
  assert.deepEqual(await readFile(path), CODE);
  assert.equal(fetched, 2);
  assert.deepEqual(await readdir(join(place.path, "new")), [`${bundle.sha256}.mjs`], "nothing half written stays");
  assert.equal((await stat(join(place.path, "new"))).mode & 0o777, 0o700);
});

test("what cannot be fetched is not kept, and its reason is told", async () => {
  await using place = await mkdtempDisposable(join(tmpdir(), "troupe-bundles-"));
  const bundles = new BundleFolder(place.path, systemClock);
  await assert.rejects(
    bundles.path(bundle, () => Promise.reject(new Error("no server"))),
    /no server/,
  );
  assert.deepEqual(await readdir(place.path), []);
});

test("a folder that is no use is named, with the variable that names another one", async () => {
  await using place = await mkdtempDisposable(join(tmpdir(), "troupe-bundles-"));
  const file = join(place.path, "file");
  await writeFile(file, "");
  await assert.rejects(
    new BundleFolder(file, systemClock).path(bundle, async () => CODE),
    new RegExp(`${file}.*TROUPE_CACHE_DIR`),
  );
});

test("a bundle that nobody has used for a month is removed when another one comes", async () => {
  await using place = await mkdtempDisposable(join(tmpdir(), "troupe-bundles-"));
  const bundles = new BundleFolder(place.path, systemClock);
  const old = join(place.path, `${"0".repeat(64)}.mjs`);
  const recent = join(place.path, `${"1".repeat(64)}.mjs`);
  for (const path of [old, recent]) await writeFile(path, "");
  const longAgo = new Date(systemClock.nowMs() - 31 * 24 * 3_600_000);
  await utimes(old, longAgo, longAgo);
  const path = await bundles.path(bundle, async () => CODE);
  assert.deepEqual(
    (await readdir(place.path)).map((name) => join(place.path, name)).toSorted(),
    [path, recent].toSorted(),
  );
});
