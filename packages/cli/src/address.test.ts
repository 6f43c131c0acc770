import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type AddressSources, chooseAddress, findAddress } from "./address.ts";
import { loadEnvironment } from "./config/load.ts";
import type { RunFile } from "./run-file.ts";

const run: RunFile = {
  v: 1,
  pid: 1,
  system: "from-run",
  nats_url: "nats://run",
  http_url: "http://run",
  keys_file: "/run/keys.json",
  door: "router",
  model: "offline",
  started_at: "2026-01-01T00:00:00Z",
};
const everything: AddressSources = {
  flags: { nats: "nats://flag" },
  environment: loadEnvironment({ TROUPE_NATS_URL: "nats://variable", NATS_URL: "nats://plain" }),
  run,
  context: { name: "prod", url: "nats://context", seedFile: "/context.nk" },
};
const nothing = loadEnvironment({});

test("flags come before TROUPE_ variables, run.json, NATS_URL and the NATS context, in this order", () => {
  const plain = loadEnvironment({ NATS_URL: "nats://plain" });
  const order = [
    everything,
    { ...everything, flags: {} },
    { ...everything, flags: {}, environment: plain },
    { ...everything, flags: {}, environment: plain, run: undefined },
    { ...everything, flags: {}, environment: nothing, run: undefined },
    { flags: {}, environment: nothing, run: undefined, context: undefined },
  ];
  assert.deepEqual(
    order.map((sources) => chooseAddress(sources)?.natsUrl),
    ["nats://flag", "nats://variable", "nats://run", "nats://plain", "nats://context", undefined],
  );
});

test("run.json brings its system and the keys, which flags override", () => {
  const found = chooseAddress({ flags: {}, environment: nothing, run, context: undefined });
  assert.equal(found?.system, "from-run");
  assert.equal(found.keysFile, "/run/keys.json");
  const flagged = chooseAddress({
    flags: { system: "other", keys: "/my.json" },
    environment: nothing,
    run,
    context: undefined,
  });
  assert.equal(flagged?.system, "other");
  assert.equal(flagged.keysFile, "/my.json");
});

test("the keys of run.json are not used at a server that a flag names", () => {
  const found = chooseAddress({ flags: { nats: "nats://elsewhere" }, environment: nothing, run, context: undefined });
  assert.equal(found?.keysFile, undefined);
});

test("without any address the error says what to do", async () => {
  const folder = await mkdtemp(join(tmpdir(), "troupe-address-"));
  try {
    await assert.rejects(findAddress({}, nothing, folder), { code: "unavailable", message: /troupe start/ });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the selected NATS context is found, and a broken one counts as none", async () => {
  const home = await mkdtemp(join(tmpdir(), "troupe-context-"));
  try {
    await mkdir(join(home, ".config/nats/context"), { recursive: true });
    await writeFile(join(home, ".config/nats/context.txt"), "prod\n");
    await writeFile(join(home, ".config/nats/context/prod.json"), '{"url":"nats://prod:4222","nkey":"/prod.nk"}');
    const environment = loadEnvironment({ HOME: home });
    const found = await findAddress({}, environment, home);
    assert.deepEqual(
      [found.natsUrl, found.contextSeedFile, found.source],
      ["nats://prod:4222", "/prod.nk", "NATS context prod"],
    );
    await writeFile(join(home, ".config/nats/context/prod.json"), "{");
    await assert.rejects(findAddress({}, environment, home), { code: "unavailable" });
  } finally {
    await rm(home, { recursive: true });
  }
});
