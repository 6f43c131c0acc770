import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { TroupeError } from "@troupe/runtime";
import { layered, readSettingsFile, SETTINGS_FILE } from "./settings-file.ts";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-settings-"));
});
after(() => rm(folder, { recursive: true }));
const write = (value: unknown) =>
  writeFile(join(folder, SETTINGS_FILE), typeof value === "string" ? value : JSON.stringify(value));

test("own variables come before the environment's, those before the base, and all before what it takes for granted", () => {
  const file = {
    base: { TROUPE_LOG_LEVEL: "error", TROUPE_SYSTEM: "shop", TROUPE_AUTH: "optional" },
    production: { TROUPE_SYSTEM: "shop-live" },
    staging: { TROUPE_SYSTEM: "shop-try" },
  };
  const of = (own: Record<string, string | undefined>) => layered(own, file);
  assert.deepEqual(of({ TROUPE_ENV: "production", TROUPE_AUTH: "required", HOME: "/h", EMPTY: "" }), {
    TROUPE_ENV: "production",
    TROUPE_LOG_LEVEL: "error",
    TROUPE_SYSTEM: "shop-live",
    TROUPE_AUTH: "required",
    HOME: "/h",
  });
  assert.equal(of({ TROUPE_ENV: "staging" })["TROUPE_SYSTEM"], "shop-try");
  assert.equal(of({})["TROUPE_SYSTEM"], "shop");
  assert.equal(of({ TROUPE_SYSTEM: "mine" })["TROUPE_SYSTEM"], "mine");
});

test("each environment has its own log level and says whether callers sign in; without one nothing is taken for granted", () => {
  const levels = ["development", "staging", "production"].map((name) => {
    const { TROUPE_LOG_LEVEL, TROUPE_AUTH } = layered({ TROUPE_ENV: name }, {});
    return [TROUPE_LOG_LEVEL, TROUPE_AUTH];
  });
  assert.deepEqual(levels, [
    ["debug", "off"],
    ["info", "required"],
    ["warn", "required"],
  ]);
  assert.deepEqual(layered({}, {}), {});
  assert.throws(
    () => layered({ TROUPE_ENV: "prod" }, {}),
    (error) => TroupeError.is(error, "invalid_config"),
  );
});

test("a folder without a file has no settings; a file that is wrong is refused with every problem", async () => {
  assert.deepEqual(await readSettingsFile(folder), {});
  await write({ base: { TROUPE_SYSTEM: "shop" } });
  assert.deepEqual(await readSettingsFile(folder), { base: { TROUPE_SYSTEM: "shop" } });
  const wrong: unknown[] = [
    "{",
    [],
    { prod: {} },
    { base: { OPENAI_API_KEY: "sk-1" } },
    { base: { TROUPE_ENV: "production" } },
    { base: { lower: "x" } },
    { base: { TROUPE_SYSTEM: 7 } },
  ];
  for (const value of wrong) {
    await write(value);
    await assert.rejects(
      readSettingsFile(folder),
      (error) => TroupeError.is(error, "invalid_config"),
      JSON.stringify(value),
    );
  }
});
