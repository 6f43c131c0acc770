import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelSpec } from "@troupe/runtime";
import { reachableAliases, routeModel } from "./model-route.ts";

const MODELS: Readonly<Record<string, ModelSpec>> = {
  small: { model: "s", fallback: ["middle"] },
  middle: { model: "m", tiers: { simple: "big" } },
  big: { model: "b" },
  mixed: { model: "x", tiers: { simple: "small", advanced: "big" }, fallback: ["big", "middle", "mixed"] },
};
const SIMPLE = "Hello";
const STANDARD = "Implement the protocol";
const ADVANCED = "First design the API, then implement it";
const route = (alias: string, prompt: string) =>
  routeModel(alias, MODELS, [
    { role: "system", content: ADVANCED },
    { role: "user", content: "an earlier prompt" },
    { role: "assistant", content: ADVANCED },
    { role: "user", content: prompt },
    { role: "tool", tool_call_id: "1", content: ADVANCED },
  ]);

test("the tier of the last prompt decides which alias is first; its fallbacks come before those of the alias", () => {
  assert.deepEqual(route("mixed", SIMPLE), {
    tier: "simple",
    complexity: 0,
    aliases: ["small", "middle", "big", "mixed"],
  });
  assert.deepEqual(route("mixed", ADVANCED), {
    tier: "advanced",
    complexity: 0.8,
    aliases: ["big", "middle", "mixed"],
  });
});

test("a tier that is not named is answered by the alias itself", () => {
  assert.deepEqual(route("mixed", STANDARD).aliases, ["mixed", "big", "middle"]);
  assert.deepEqual(route("big", ADVANCED).aliases, ["big"]);
});

test("tiers and fallbacks of fallbacks are not followed", () => {
  assert.deepEqual(route("small", SIMPLE).aliases, ["small", "middle"]);
});

const firstOfAuto = (content: string) => routeModel("auto", undefined, [{ role: "user", content }]).aliases[0];

test("the built-in alias auto goes by tiers", () => {
  assert.deepEqual([SIMPLE, STANDARD, ADVANCED].map(firstOfAuto), ["fast", "auto", "advanced"]);
});

test("everything that an alias can end at is known", () => {
  assert.deepEqual([...reachableAliases("mixed", MODELS)].toSorted(), ["big", "middle", "mixed", "small"]);
  assert.deepEqual(reachableAliases("big", MODELS), ["big"]);
});
