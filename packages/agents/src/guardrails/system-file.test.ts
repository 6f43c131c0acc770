import assert from "node:assert/strict";
import { test } from "node:test";
import { formatProblem } from "@troupe/runtime";
import { readYamlSystem } from "../loader.ts";

const FILE = `
name: guarded
graph: { client: [helper], helper: [client] }
guardrails:
  input: { pii: redact, injection: block, pii.ip: off }
  output: { secret: block }
  onBlock: fail
  maxLength: 2000
  hosts: [example.com]
  canaries: [zebra-canary-7741]
  edges: [{ from: helper, to: client, output: { exfiltration: off } }]
  rules: [{ name: codename, type: CODENAME, pattern: '(?i)blue\\s+heron' }]
roles:
  helper:
    model: fast
    instructions: You are the helper.
    to: client
    guardrails: { toolResults: { injection: block } }
`;

test("a system file declares guardrails of the system, of an edge and of a role", () => {
  const loaded = readYamlSystem(FILE);
  assert.ok(loaded.ok, loaded.ok ? "" : loaded.problems.map(formatProblem).join("\n"));
  const { guardrails, roles } = loaded.definition.manifest;
  assert.equal(guardrails?.input?.["pii.ip"], "off");
  assert.deepEqual(guardrails?.rules, [{ name: "codename", type: "CODENAME", pattern: "(?i)blue\\s+heron" }]);
  assert.deepEqual(roles["helper"]?.guardrails, { toolResults: { injection: "block" } });
  assert.deepEqual(loaded.definition.roles["helper"]?.hidden, ["You are the helper."]);
});

test("what is wrong with guardrails in a file is told with its line", () => {
  const loaded = readYamlSystem(FILE.replace("pattern: '(?i)blue\\s+heron'", "pattern: '(?=x)'"));
  assert.ok(!loaded.ok);
  const [problem] = loaded.problems;
  assert.match(problem?.path ?? "", /^guardrails\.rules\[0\]\.pattern$/);
  assert.equal(problem?.line, 12);
});
