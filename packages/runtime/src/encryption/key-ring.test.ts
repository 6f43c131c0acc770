import assert from "node:assert/strict";
import { mkdtemp, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { TroupeError } from "../errors.ts";
import { seededRandom } from "../random.ts";
import {
  edgeScope,
  formatKeyRing,
  newKeyRing,
  ownScope,
  parseKeyRing,
  scopeKeys,
  withCurrent,
  withNewKey,
  withoutKey,
} from "./key-ring.ts";
import { KeyRingFile, keyRingFileOf, writeKeyRing } from "./key-ring-file.ts";

const source = (seed: number) => ({ nowMs: 1_800_000_000_000, bytes: seededRandom(seed).bytes(36) });
const hasCode = (code: string) => (error: unknown) => TroupeError.is(error, code as "conflict");

test("a ring is written and read again; its ids tell the day", () => {
  const ring = newKeyRing(source(1));
  assert.match(ring.current, /^2027-01-15-[0-9a-f]{8}$/);
  assert.deepEqual(parseKeyRing(formatKeyRing(ring), "f"), ring);
});

test("a new key is written with at once, or only when it is made the current one", () => {
  const ring = newKeyRing(source(1));
  const prepared = withNewKey(ring, source(2), false);
  assert.equal(prepared.ring.current, ring.current);
  assert.equal(withCurrent(prepared.ring, prepared.id).current, prepared.id);
  assert.equal(withNewKey(ring, source(3), true).ring.current, withNewKey(ring, source(3), true).id);
  assert.equal(Object.keys(prepared.ring.keys).length, 2);
});

test("the key that is written with cannot be removed, an unknown one is named with those that there are", () => {
  const ring = newKeyRing(source(1));
  const { ring: two, id } = withNewKey(ring, source(2), true);
  assert.throws(() => withoutKey(two, id), hasCode("conflict"));
  assert.deepEqual(Object.keys(withoutKey(two, ring.current).keys), [id]);
  assert.throws(() => withCurrent(two, "other"), new RegExp(`there are: ${ring.current}, ${id}`));
});

test("a ring that cannot be used is refused without a word of what it holds", () => {
  const secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQ";
  const wrong = [
    "{",
    JSON.stringify({ v: 1, current: "a", keys: {} }),
    JSON.stringify({ v: 1, current: "a", keys: { a: { secret, createdAt: "2026-11-21T00:00:00Z" } } }),
  ];
  for (const text of wrong) {
    assert.throws(
      () => parseKeyRing(text, "ring.json"),
      (error) => hasCode("invalid_config")(error) && error instanceof Error && !error.message.includes(secret),
    );
  }
});

test("keys of a scope tell nothing of another scope, system or ring key, and both ends of an edge have the same", () => {
  const { ring } = withNewKey(newKeyRing(source(1)), source(2), true);
  const keys = [
    scopeKeys(ring, "s", ownScope("a")),
    scopeKeys(ring, "s", ownScope("b")),
    scopeKeys(ring, "t", ownScope("a")),
    scopeKeys(ring, "s", edgeScope("a", "b")),
  ].flatMap((scope) => [...scope.keys.values()].map((key) => Buffer.from(key).toString("hex")));
  assert.equal(new Set(keys).size, 8);
  assert.equal(edgeScope("a", "b"), edgeScope("b", "a"));
});

test("a ring on disk is its owner's alone, and is read again when it has changed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "troupe-ring-"));
  const file = keyRingFileOf(join(folder, "keys.json"));
  const ring = newKeyRing(source(1));
  await writeKeyRing(file, ring);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const open = new KeyRingFile(file);
  assert.equal(open.scope("s", "own/a").current, ring.current);
  assert.equal(open.scope("s", "own/a"), open.scope("s", "own/a"));
  const { ring: more, id } = withNewKey(ring, source(2), true);
  await writeKeyRing(file, more);
  assert.equal(open.scope("s", "own/a").current, id);
});
