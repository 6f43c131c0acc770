import assert from "node:assert/strict";
import { test } from "node:test";
import { readYamlSystem } from "./loader.ts";

const FILE = `name: desk
graph: { client: [clerk], clerk: [client] }
escalationRules:
  low_confidence: { when: confidence < 0.5, handler: retry, retries: 2 }
  error_rate: false
  big_refund:
    when: role == "clerk" and body.amount > 500
    handler: human
    message: "{role} wants to refund {body}"
roles:
  clerk: { model: fast, instructions: x, to: client }
`;

test("escalation rules can be written in YAML", () => {
  const loaded = readYamlSystem(FILE);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  assert.deepEqual(loaded.definition.manifest.escalationRules?.["big_refund"], {
    when: 'role == "clerk" and body.amount > 500',
    handler: "human",
    message: "{role} wants to refund {body}",
  });
});

const problems = (from: string, to: string) => {
  assert.ok(FILE.includes(from));
  const loaded = readYamlSystem(FILE.replace(from, to));
  return loaded.ok ? [] : loaded.problems.map(({ line, path, reason }) => `${line} ${path}: ${reason}`);
};

test("a mistake in a rule is told with its line, path and place", () => {
  assert.deepEqual(problems("confidence < 0.5", "confidence < < 0.5"), [
    "4 escalationRules.low_confidence.when: a value is missing, at character 14",
  ]);
  assert.match(
    problems("body.amount", "bodies.amount").join(),
    /^7 escalationRules\.big_refund\.when: there is no fact bodies/,
  );
  assert.match(problems("handler: human", "handler: shout").join(), /^8 escalationRules\.big_refund/);
});
