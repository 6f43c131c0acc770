import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { TroupeError } from "@troupe/runtime";
import { loadModelSettings } from "../config/load.ts";
import { providerOf, resolveModel } from "./registry.ts";

const LIVE = loadModelSettings({ TROUPE_MODEL_MODE: "live" });

test("a key may lie in a file of the node; nothing but its path is told to others", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "troupe-key-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "key");
  await writeFile(file, "sk-from-a-file-123456\n");
  const declared = { m: { model: "m", key: { file } } };
  const { apiKey } = resolveModel("m", declared, LIVE);
  assert.equal(apiKey(), "sk-from-a-file-123456");
  await writeFile(file, "sk-another-one-7654321\n");
  assert.equal(apiKey(), "sk-another-one-7654321");
  assert.equal(providerOf("m", declared, LIVE).provider, `api.openai.com ${file}`);
});

test("a key file that is missing or empty is refused by its path", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "troupe-key-"));
  t.after(() => rm(folder, { recursive: true }));
  const empty = join(folder, "empty");
  await writeFile(empty, "\n");
  for (const file of [join(folder, "missing"), empty]) {
    const { apiKey } = resolveModel("m", { m: { model: "m", key: { file } } }, LIVE);
    assert.throws(apiKey, (error) => TroupeError.is(error, "model_refused") && error.message.includes(file));
  }
});
