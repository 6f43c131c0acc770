import assert from "node:assert/strict";
import { test } from "node:test";
import { FUNCTION_CONDITION } from "../contracts/escalation-rules.ts";
import { TroupeError } from "../errors.ts";
import { compileRules } from "../rules/compile-rules.ts";
import { actor } from "./actor.ts";
import { defineSystem } from "./define-system.ts";
import { complete } from "./outcome.ts";
import type { RulesOption } from "./rules-option.ts";

const systemWith = (escalationRules: RulesOption) =>
  defineSystem({
    name: "s",
    graph: { client: ["a"], a: ["client"] },
    escalationRules,
    roles: { a: actor({ receive: () => complete(1) }) },
  });

const always = () => true;

test("a condition that is a function stays in the module: the manifest says that it is one, the roles bring it along", () => {
  const { manifest, roles } = systemWith({
    shouting: { when: always, handler: "abort" },
    cost: { when: "costUsd > 1" },
    error_rate: false,
  });
  assert.deepEqual(manifest.escalationRules, {
    shouting: { when: FUNCTION_CONDITION, handler: "abort" },
    cost: { when: "costUsd > 1" },
    error_rate: false,
  });
  assert.equal(JSON.stringify(manifest).includes("=>"), false);
  const compiled = compileRules(manifest.escalationRules, roles["a"]?.ruleFunctions);
  assert.equal(compiled?.after.find(({ name }) => name === "shouting")?.holds({}), true);
  assert.equal(systemWith({}).roles["a"]?.ruleFunctions, undefined);
});

test("wrong rules are refused when the system is put together, with path, value and reason", () => {
  const cases: readonly (readonly [RulesOption, RegExp])[] = [
    [{ cost: { when: "costUsd >" } }, /escalationRules\.cost\.when.*a value is missing, at character 10/],
    [{ mine: { when: "1 == 1" } }, /escalationRules\.mine.*needs a handler/],
    [{ mine: { when: FUNCTION_CONDITION, handler: "abort" } }, /escalationRules\.mine\.when.*the function itself/],
    [{ "Not a name": { when: "1 == 1", handler: "abort" } }, /Not a name/],
    [{ cost: { retries: 99 } }, /escalationRules\.cost/],
  ];
  for (const [rules, reason] of cases) {
    assert.throws(
      () => systemWith(rules),
      (thrown) => TroupeError.is(thrown, "invalid_config") && reason.test(thrown.message),
    );
  }
});
