import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { roleTool } from "../role-tool.ts";
import { tool } from "../tool.ts";
import type { ToolRulesOptions } from "../tool-rules.ts";
import { decideCall, type GateFacts } from "./decide.ts";

const named = (name: string, rules: ToolRulesOptions = {}) =>
  tool({ name, description: "", parameters: z.object({ n: z.int() }), run: () => "done", ...rules });

const tools = [
  named("read", { permission: "READ" }),
  named("write", { permission: "WRITE" }),
  named("drop", { permission: "DELETE" }),
  named("anything"),
  named("clean", { permission: "READ", taint: { accepts: ["client"] } }),
  named("mail", { permission: "READ", taint: { isOutside: true } }),
  named("pay", { permission: "READ", requiresApproval: true }),
  roleTool({ role: "expert", description: "" }),
];

const facts = (name: string, change: Partial<GateFacts> & { readonly text?: string } = {}): GateFacts => ({
  call: { name, arguments: change.text ?? '{"n":1}' },
  tools,
  grants: ["READ"],
  edges: ["expert"],
  taint: [],
  ...change,
});

const refusals: readonly [string, GateFacts, string, RegExp][] = [
  ["a tool that the role does not have", facts("rm"), "graph", /no tool "rm"\. Tools: read, /],
  ["a role that is no edge", facts("ask_expert", { edges: [], text: '{"input":"x"}' }), "graph", /no edge to expert/],
  ["what is not granted", facts("write"), "permission", /needs WRITE; this role is granted READ/],
  ["what says nothing of itself", facts("anything"), "permission", /needs EXECUTE/],
  ["everything, where nothing is granted", facts("read", { grants: [] }), "permission", /granted nothing/],
  ["half a JSON text", facts("read", { text: '{"n":1' }), "schema", /are not JSON/],
  [
    "arguments that are too deep",
    facts("read", { text: `${"[".repeat(90)}${"]".repeat(90)}` }),
    "schema",
    /nested deeper/,
  ],
  ["a key of prototypes", facts("read", { text: '{"n":1,"__proto__":{}}' }), "schema", /__proto__/],
  ["arguments of another shape", facts("read", { text: '{"n":"one"}' }), "schema", /Wrong arguments: n \("one"\)/],
  ["a label that it does not accept", facts("clean", { taint: ["client", "web"] }), "taint", /labelled web/],
];
for (const [claim, given, rule, reason] of refusals) {
  test(`refused: ${claim}`, () => {
    const verdict = decideCall(given);
    assert.ok(verdict.verdict === "refuse");
    assert.equal(verdict.refusal.rule, rule);
    assert.match(verdict.refusal.reason, reason);
  });
}

test("the permission is looked at before the arguments, so that a model learns nothing of a tool that it may not use", () => {
  const verdict = decideCall(facts("drop", { text: "not JSON" }));
  assert.ok(verdict.verdict === "refuse");
  assert.equal(verdict.refusal.rule, "permission");
});

const verdicts: readonly [string, GateFacts, "run" | "ask_person"][] = [
  ["a granted call with the right arguments", facts("read"), "run"],
  ["a granted write", facts("write", { grants: ["WRITE"] }), "run"],
  ["an accepted label", facts("clean", { taint: ["client"] }), "run"],
  ["a way out in a task that holds nothing else", facts("mail"), "run"],
  ["a way out with content from outside alone", facts("mail", { taint: ["web"] }), "run"],
  ["a way out with a secret alone", facts("mail", { taint: ["secret"] }), "run"],
  ["a way out with a secret and content from outside", facts("mail", { taint: ["secret", "web"] }), "ask_person"],
  ["no way out with both", facts("read", { taint: ["secret", "web"] }), "run"],
  ["a tool that always asks", facts("pay"), "ask_person"],
  ["a role along an edge", facts("ask_expert", { text: '{"input":"x"}' }), "run"],
];
for (const [claim, given, expected] of verdicts) {
  test(`${expected}: ${claim}`, () => assert.equal(decideCall(given).verdict, expected));
}

test("whatever a model writes, nothing is thrown and nothing runs with arguments that the tool did not check", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.constantFrom("read", "write", "ask_expert"), fc.string()),
      fc.oneof(fc.json(), fc.string()),
      (name, text) => {
        const verdict = decideCall(facts(name, { text }));
        if (verdict.verdict === "refuse") return;
        assert.ok(verdict.tool.parse(JSON.parse(text.trim() === "" ? "{}" : text)).ok);
      },
    ),
  );
});
