import assert from "node:assert/strict";
import { test } from "node:test";
import { formatProblem } from "../contracts/problem.ts";
import { TroupeError } from "../errors.ts";
import { screenText } from "../guardrails/screen-text.ts";
import { guardOf } from "../host/guard-of-role.ts";
import { actor } from "./actor.ts";
import { assembleSystem, type LooseSystemOptions } from "./define-system.ts";
import { complete } from "./outcome.ts";

const system = (guardrails: LooseSystemOptions["guardrails"], role = {}) =>
  assembleSystem({
    name: "s",
    graph: { client: ["a"], a: ["client"] },
    roles: { a: actor({ ...role, receive: () => complete(null) }) },
    guardrails,
  });

const codename = { name: "codename", type: "CODENAME", pattern: "(?i)blue\\s+heron" };
const evens = {
  name: "evens",
  find: (text: string) =>
    [...text.matchAll(/\b\d*[02468]\b/g)].map(({ 0: { length }, index }) => ({ start: index, end: index + length })),
};

test("rules of a system's own are patterns or functions, and the manifest holds no code", () => {
  const made = system({ output: { own: "redact" }, rules: [codename, evens] });
  assert.ok(made.ok);
  const { manifest, roles } = made.definition;
  assert.deepEqual(manifest.guardrails?.rules, [codename, { name: "evens" }]);
  const a = roles["a"];
  assert.ok(a !== undefined);
  const screen = guardOf(manifest, "a", a)?.output("client");
  assert.ok(screen !== undefined);
  const { value, firings } = screenText("Blue  Heron has 12 of 13", screen);
  assert.equal(value, "[REDACTED_CODENAME] has [REDACTED_OWN] of 13");
  assert.deepEqual(
    firings.map(({ rule }) => rule),
    ["own.codename", "own.evens"],
  );
});

test("a host whose module does not bring a declared function runs the role not at all", () => {
  const made = system({ rules: [evens] });
  assert.ok(made.ok);
  const { manifest } = made.definition;
  assert.throws(
    () => guardOf(manifest, "a", {}),
    (error) => TroupeError.is(error, "invalid_config"),
  );
});

const open = () => () => Promise.reject(new Error("nobody asks"));

test("a host whose module does not say how the declared classifier is asked runs the role not at all", () => {
  const made = system({ classifier: { model: "guard", open, check: () => [] } });
  assert.ok(made.ok);
  const { manifest, roles } = made.definition;
  const a = roles["a"];
  assert.ok(a !== undefined);
  assert.equal(guardOf(manifest, "a", a)?.classifier?.settings.model, "guard");
  assert.throws(
    () => guardOf(manifest, "a", { ...a, classify: undefined }),
    (error) => TroupeError.is(error, "invalid_config") && /classifier/.test(error.message),
  );
});

test("a rule that throws lets nothing pass", () => {
  const broken = {
    name: "broken",
    find: () => {
      throw new Error("no");
    },
  };
  const made = system({ rules: [broken] });
  assert.ok(made.ok && made.definition.roles["a"] !== undefined);
  const screen = guardOf(made.definition.manifest, "a", made.definition.roles["a"])?.output("client");
  assert.ok(screen !== undefined);
  assert.equal(screenText("anything", screen).verdict, "block");
});

const wrong: readonly [string, Parameters<typeof system>, RegExp][] = [
  ["an unknown rule", [{ input: { piii: "redact" } }], /guardrails\.input\.piii.*docs\/guardrails\.md/],
  ["an unknown action", [{ input: { pii: "delete" as never } }], /guardrails\.input\.pii/],
  ["an edge that is none", [{ edges: [{ from: "a", to: "b" }] }], /guardrails\.edges\[0\].*no edge from a to b/],
  ["a pattern that is none", [{ rules: [{ name: "x", pattern: "(" }] }], /guardrails\.rules\[0\]\.pattern/],
  ["a pattern that only slow engines have", [{ rules: [{ name: "x", pattern: "(a)\\1" }] }], /rules\[0\]\.pattern/],
  ["two rules of one name", [{ rules: [codename, codename] }], /two rules have this name/],
  ["a rule without pattern and function", [{ rules: [{ name: "x" }] }], /gives no function of this name/],
  [
    "guardrails of a role without those of the system",
    [undefined, { guardrails: {} }],
    /the system has no `guardrails`/,
  ],
];
for (const [what, given, message] of wrong) {
  test(`${what} is a problem with its path and reason`, () => {
    const made = system(...given);
    assert.ok(!made.ok);
    assert.match(made.problems.map(formatProblem).join("\n"), message);
  });
}

test("a role's setting goes before the system's, an edge's before both, a rule's before its group's", () => {
  const made = system(
    { output: { pii: "block" }, edges: [{ from: "a", to: "client", output: { "pii.ip": "allow" } }] },
    { guardrails: { output: { pii: "redact", "pii.email": "off" } } },
  );
  assert.ok(made.ok && made.definition.roles["a"] !== undefined);
  const screen = guardOf(made.definition.manifest, "a", made.definition.roles["a"])?.output("client");
  assert.ok(screen !== undefined);
  const { verdict, value } = screenText("078-05-1120 jo@example.com 203.0.113.7", screen);
  assert.deepEqual([verdict, value], ["redact", "[REDACTED_SSN] jo@example.com 203.0.113.7"]);
});

const reversible = (roles: readonly string[], encryption?: LooseSystemOptions["encryption"]) =>
  assembleSystem({
    name: "s",
    graph: { client: ["a"], a: ["client"] },
    roles: { a: actor({ receive: () => complete(null) }) },
    guardrails: { reversible: { roles: [...roles], rules: ["pii"] } },
    encryption,
  });

test("values are given back only to roles whose records are encrypted; anything else is refused with what to do", () => {
  assert.ok(reversible(["a"], { roles: ["a"] }).ok);
  const refusals: readonly [ReturnType<typeof reversible>, RegExp][] = [
    [reversible(["a"]), /roles\[0\].*stored unencrypted; add encryption: \{ roles: \[a\] \}/],
    [reversible(["nobody"], { roles: "all" }), /roles\[0\].*no role has this name/],
  ];
  for (const [made, expected] of refusals) {
    assert.ok(!made.ok);
    assert.match(made.problems.map(formatProblem).join("\n"), expected);
  }
});

test("secrets cannot be made reversible", () => {
  const made = system({ reversible: { roles: ["a"], rules: ["secret"] } });
  assert.ok(!made.ok);
  assert.match(made.problems.map(formatProblem).join("\n"), /guardrails\.reversible\.rules\[0\]/);
});
