import assert from "node:assert/strict";
import { test } from "node:test";
import { EscalationRules, FUNCTION_CONDITION } from "../contracts/escalation-rules.ts";
import { TroupeError } from "../errors.ts";
import { compileRules, ruleProblems } from "./compile-rules.ts";
import { DEFAULT_RULES } from "./default-rules.ts";
import { renderMessage } from "./message-template.ts";

const QUIET = {
  role: "writer",
  from: "client",
  message: {},
  depth: 3,
  labels: [],
  detected: [],
  elapsedMs: 5_000,
  remainingMs: undefined,
  costUsd: 0,
  runs: 4,
  failures: 0,
  errorRate: 0,
  callsLeft: undefined,
  outcome: "complete",
  to: undefined,
  body: "done",
  confidence: undefined,
};
const fired = (facts: Readonly<Record<string, unknown>>, rules = {}): readonly string[] => {
  const compiled = compileRules(EscalationRules.parse(rules));
  return [...(compiled?.before ?? []), ...(compiled?.after ?? [])]
    .filter((rule) => rule.holds({ ...QUIET, ...facts }))
    .map(({ name, handler }) => `${name} ${handler}`);
};

test("the built-in rules are the six of the specification, with its thresholds and handlers", () => {
  assert.equal(Object.keys(DEFAULT_RULES).length, 6);
  assert.deepEqual(fired({}), [], "a plain hop fires none");
  const table: readonly [facts: Readonly<Record<string, unknown>>, expected: readonly string[]][] = [
    [{ confidence: 0.69 }, ["low_confidence human"]],
    [{ confidence: 0.7 }, []],
    [{ labels: ["web", "sensitive"] }, ["sensitive_data human"]],
    [{ labels: ["web"] }, []],
    [{ detected: ["pii.card"] }, ["sensitive_data human"]],
    [{ detected: ["pii.email"] }, []],
    [{ callsLeft: 9 }, ["calls_left fallback"]],
    [{ callsLeft: 10 }, []],
    [{ remainingMs: 0 }, ["time_out abort"]],
    [{ remainingMs: 1 }, []],
    [{ costUsd: 10.01 }, ["cost human"]],
    [{ costUsd: 10 }, []],
    [{ runs: 10, failures: 2, errorRate: 0.2 }, ["error_rate abort"]],
    [{ runs: 10, failures: 1, errorRate: 0.1 }, []],
    [{ runs: 2, failures: 1, errorRate: 0.5 }, []],
  ];
  for (const [facts, expected] of table) assert.deepEqual(fired(facts), expected, JSON.stringify(facts));
});

test("built-in rules are changed and switched off by their names, and a system has its own", () => {
  const rules = {
    low_confidence: { when: "confidence < 0.3", handler: "retry" },
    error_rate: false,
    angry: { when: 'body == "angry"', handler: "human" },
  };
  assert.deepEqual(fired({ confidence: 0.5 }, rules), []);
  assert.deepEqual(fired({ confidence: 0.2 }, rules), ["low_confidence retry"]);
  assert.deepEqual(fired({ runs: 50, errorRate: 0.9 }, rules), []);
  assert.deepEqual(fired({ body: "angry" }, rules), ["angry human"]);
});

test("with all of them off there are no rules at all", () => {
  const off = Object.fromEntries(Object.keys(DEFAULT_RULES).map((name) => [name, false as const]));
  assert.equal(compileRules(off), undefined);
});

test("the most drastic rule comes first; fallbacks that need no outcome are asked before the handler runs", () => {
  const compiled = compileRules({
    worse: { when: "confidence < 0.5", handler: "fallback" },
    again: { when: "depth > 1", handler: "retry" },
  });
  assert.deepEqual(
    compiled?.before.map(({ name }) => name),
    ["calls_left"],
  );
  assert.deepEqual(
    compiled?.after.map(({ handler }) => handler),
    ["abort", "abort", "retry", "fallback", "human", "human", "human"],
  );
});

test("a function is asked with the facts; the manifest alone is not enough for it", () => {
  const rules = { mine: { when: FUNCTION_CONDITION, handler: "abort" as const } };
  const compiled = compileRules(rules, { mine: ({ depth, role }) => depth === 3 && role === "writer" });
  assert.equal(compiled?.after.find(({ name }) => name === "mine")?.holds(QUIET), true);
  assert.throws(
    () => compileRules(rules),
    (thrown) => TroupeError.is(thrown, "invalid_config") && /no function for rule mine/.test(thrown.message),
  );
});

test("what is wrong with rules is told with its path, all at once", () => {
  const problems = ruleProblems({
    low_confidence: { when: "confidence <" },
    mine: { message: "{ghost} is here" },
    other: { when: "1 == 1" },
  }).map(({ path, reason }) => `${path}: ${reason}`);
  assert.deepEqual(problems, [
    "escalationRules.low_confidence.when: a value is missing, at character 13",
    "escalationRules.mine: a rule of one's own needs a handler",
    "escalationRules.mine: a rule of one's own needs `when`",
    `escalationRules.mine.message: there is no fact ghost; facts are ${Object.keys(QUIET).join(", ")}`,
    "escalationRules.other: a rule of one's own needs a handler",
  ]);
});

test("a message shows the facts that it names: short, rounded, and `unknown` where there is none", () => {
  const facts = { confidence: 0.123456, role: "writer", body: { text: "x".repeat(500) } };
  assert.equal(renderMessage("{role}: {confidence}, {callsLeft}", facts), "writer: 0.1235, unknown");
  assert.ok(renderMessage("{body}", facts).length < 220);
});
