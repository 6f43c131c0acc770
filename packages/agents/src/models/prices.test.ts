import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { TroupeError } from "@troupe/runtime";
import { loadModelSettings } from "../config/load.ts";
import { BUILT_IN_PRICES, parsePriceTable, priceOf } from "./prices.ts";
import { resolveModel } from "./registry.ts";

const TABLE = { version: 1, updated: "2026-06-30", models: { mine: { inputUsd: 1, outputUsd: 2 } } };

test("an own table goes before the built-in one, which stays for all other models; the older day counts", () => {
  const table = parsePriceTable(JSON.stringify(TABLE), "own.json");
  assert.deepEqual(priceOf("mine", table), { inputUsd: 1, outputUsd: 2 });
  assert.deepEqual(priceOf("gpt-5", table), priceOf("gpt-5"));
  assert.equal(table.updated, "2026-06-30");
  assert.equal(
    parsePriceTable(JSON.stringify({ ...TABLE, updated: "2099-01-01" }), "x").updated,
    BUILT_IN_PRICES.updated,
  );
});

test("a name that every object has is no model with a price", () => {
  assert.equal(priceOf("constructor"), undefined);
});

const wrong: readonly [string, string, RegExp][] = [
  ["no JSON", "{", /own\.json: no JSON/],
  ["another version", JSON.stringify({ ...TABLE, version: 2 }), /version/],
  ["no day", JSON.stringify({ ...TABLE, updated: "lately" }), /updated/],
  [
    "a negative price",
    JSON.stringify({ ...TABLE, models: { m: { inputUsd: -1, outputUsd: 0 } } }),
    /models\.m\.inputUsd/,
  ],
];
for (const [what, text, reason] of wrong) {
  test(`a price table with ${what} is refused with the file's name and the reason`, () => {
    assert.throws(
      () => parsePriceTable(text, "own.json"),
      (error) => TroupeError.is(error, "invalid_config") && reason.test(error.message),
    );
  });
}

test("TROUPE_PRICES names a table; an alias has its price, unless it says one itself", async () => {
  const directory = await mkdtemp(join(tmpdir(), "troupe-prices-"));
  after(() => rm(directory, { recursive: true }));
  const file = join(directory, "prices.json");
  await writeFile(file, JSON.stringify(TABLE));
  const settings = loadModelSettings({
    TROUPE_MODEL_MODE: "live",
    OPENAI_BASE_URL: "http://127.0.0.1:9/v1",
    TROUPE_PRICES: file,
  });
  assert.deepEqual(resolveModel("a", { a: { model: "mine" } }, settings).price, { inputUsd: 1, outputUsd: 2 });
  const own = { inputUsd: 5, outputUsd: 5 };
  assert.deepEqual(resolveModel("a", { a: { model: "mine", price: own } }, settings).price, own);
  assert.throws(() => loadModelSettings({ TROUPE_PRICES: join(directory, "none.json") }), /TROUPE_PRICES: ENOENT/);
});
