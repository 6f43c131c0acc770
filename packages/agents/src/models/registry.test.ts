import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "@troupe/runtime";
import { loadModelSettings } from "../config/load.ts";
import { costMicros, priceOf } from "./prices.ts";
import { resolveModel } from "./registry.ts";

const settings = (environment: Record<string, string>) => loadModelSettings(environment);

test("offline mode maps every alias to the offline endpoint and reads no key", () => {
  const offline = settings({ TROUPE_OFFLINE_URL: "http://127.0.0.1:9/v1", OPENAI_API_KEY: "sk-of-the-shell" });
  const model = resolveModel("mine", { mine: { model: "x", key: { env: "MISSING" } } }, offline);
  const { apiKey, ...rest } = model;
  assert.equal(apiKey(), "offline");
  assert.deepEqual(rest, {
    alias: "mine",
    model: "offline-mine",
    baseUrl: "http://127.0.0.1:9/v1",
    price: { inputUsd: 0, outputUsd: 0 },
    windowTokens: undefined,
    limits: undefined,
    api: undefined,
  });
});

test("offline mode without an address says what to set", () => {
  assert.throws(() => resolveModel("fast", undefined, settings({})), /TROUPE_OFFLINE_URL/);
});

test("a declared alias goes before a built-in one, and its key comes from the variable that it names", () => {
  const live = settings({ TROUPE_MODEL_MODE: "live", MY_KEY: "k-1", OPENAI_API_KEY: "k-2", TROUPE_MODEL: "llama" });
  const spec = { endpoint: "https://models.example/v1", model: "big", key: { env: "MY_KEY" }, windowTokens: 9_000 };
  const model = resolveModel("fast", { fast: spec }, live);
  assert.deepEqual([model.model, model.baseUrl, model.apiKey()], ["big", "https://models.example/v1", "k-1"]);
  assert.equal(model.windowTokens, 9_000);
  assert.equal(model.price, undefined);
});

test("built-in aliases take the endpoint and the model of the environment; a local server needs no key", () => {
  const local = settings({
    TROUPE_MODEL_MODE: "live",
    OPENAI_BASE_URL: "http://127.0.0.1:11434/v1",
    TROUPE_MODEL: "llama",
  });
  const model = resolveModel("standard", undefined, local);
  assert.deepEqual([model.model, model.baseUrl, model.apiKey()], ["llama", "http://127.0.0.1:11434/v1", "none"]);
});

test("OpenAI without a key is refused with the variable's name", () => {
  assert.throws(
    () => resolveModel("fast", undefined, settings({ TROUPE_MODEL_MODE: "live" })).apiKey(),
    (error) => TroupeError.is(error, "model_refused") && /OPENAI_API_KEY/.test(error.message),
  );
});

test("an unknown alias is refused with those that are known, also when it is a property of objects", () => {
  const live = settings({ TROUPE_MODEL_MODE: "live", OPENAI_API_KEY: "k" });
  assert.throws(
    () => resolveModel("constructor", { mine: { model: "x" } }, live),
    /known are mine, fast, standard, advanced/,
  );
});

test("wrong environment variables are named; an empty one counts as not set", () => {
  assert.throws(
    () => settings({ TROUPE_MODEL_MODE: "both", OPENAI_BASE_URL: "ftp://x" }),
    /TROUPE_MODEL_MODE.*OPENAI_BASE_URL/s,
  );
  assert.equal(settings({ TROUPE_MODEL_MODE: "", OPENAI_API_KEY: "" }).mode, "offline");
  assert.equal(settings({ OPENAI_API_KEY: "" }).secret("OPENAI_API_KEY"), undefined);
});

test("a dated release costs what its model costs; an unknown model has no price", () => {
  const price = priceOf("gpt-4o-2024-08-06");
  assert.deepEqual(price, priceOf("gpt-4o"));
  assert.equal(priceOf("gpt-4o-audio"), undefined);
  assert.ok(price);
  assert.equal(costMicros(price, 1_000_000, 0), 2_500_000);
  assert.equal(costMicros(price, 1, 0), 3);
});
