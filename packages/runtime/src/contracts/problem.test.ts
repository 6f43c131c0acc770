import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { TroupeError } from "../errors.ts";
import { formatPath, formatProblem, invalidConfig, problemsOf } from "./problem.ts";

const Shape = z.strictObject({
  roles: z.record(z.string().regex(/^[a-z]+$/, "lower-case letters"), z.strictObject({ replicas: z.int() })),
  source: z.union([
    z.strictObject({ file: z.strictObject({ path: z.string() }) }),
    z.strictObject({ text: z.string() }),
  ]),
  list: z.array(z.int()),
});

test("every issue of a schema becomes path, value and reason", () => {
  const input = {
    roles: { A: {}, b: { replicas: 1.5, colour: "red" } },
    source: { file: { path: 7 } },
    list: [1, "x"],
  };
  const parsed = Shape.safeParse(input);
  assert.ok(!parsed.success);
  const found = problemsOf(parsed.error, input);
  assert.deepEqual(
    found.map(({ path, value }) => [path, value]),
    [
      ["roles.A", "A"],
      ["roles.b.replicas", 1.5],
      ["roles.b.colour", "red"],
      ["source.file.path", 7],
      ["list[1]", "x"],
    ],
  );
  assert.match(found[0]?.reason ?? "", /lower-case letters/);
  assert.match(found[2]?.reason ?? "", /not a known setting/);
});

const Tool = z.union([
  z.union([
    z.strictObject({ type: z.literal("mcp"), command: z.string(), names: z.array(z.string()) }),
    z.strictObject({ type: z.literal("mcp"), url: z.string(), names: z.array(z.string()) }),
  ]),
  z.strictObject({ type: z.literal("service"), subject: z.string() }),
]);
const KINDS: readonly (readonly [input: object, problems: readonly string[]])[] = [
  [{ type: "magic", subject: "x" }, ['type ("magic"): expected one of "mcp", "service"']],
  [{}, ['type: expected one of "mcp", "service"']],
  [{ type: "service" }, ["subject: is missing; expected string"]],
  [
    { type: "mcp", url: 5, names: 1 },
    [
      "url (5): Invalid input: expected string, received number",
      "names (1): Invalid input: expected array, received number",
    ],
  ],
];

test("of several kinds the one that was meant is told of; where none was, all are named", () => {
  for (const [input, expected] of KINDS) {
    const parsed = Tool.safeParse(input);
    assert.ok(!parsed.success);
    assert.deepEqual(problemsOf(parsed.error, input).map(formatProblem), expected);
  }
});

test("paths and problems read as people write them", () => {
  assert.equal(formatPath(["graph", "router", 2, "x"]), "graph.router[2].x");
  assert.equal(formatPath([]), "");
  assert.equal(formatProblem({ path: "", value: undefined, reason: "is empty" }), "(whole file): is empty");
  assert.equal(formatProblem({ path: "", value: undefined, reason: "no YAML", line: 2 }), "line 2: no YAML");
  assert.equal(
    formatProblem({ path: "a", value: "x".repeat(100), reason: "too long", line: 3 }),
    `line 3: a ("${"x".repeat(79)}…): too long`,
  );
});

test("values that JSON cannot hold are named by their type, and the error can be sent", () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const error = invalidConfig("system x", [
    { path: "a", value: 1n, reason: "no bigint" },
    { path: "b", value: cycle, reason: "a circle" },
    { path: "c", value: { deep: [1] }, reason: "an object" },
  ]);
  assert.ok(TroupeError.is(error, "invalid_config"));
  assert.match(error.message, /^system x: 3 errors\n {2}a \(bigint\): no bigint\n {2}b \(object\): a circle\n/);
  assert.deepEqual(JSON.parse(JSON.stringify(error.toBody().details)), {
    problems: [
      { path: "a", value: "bigint", reason: "no bigint" },
      { path: "b", value: "object", reason: "a circle" },
      { path: "c", value: '{"deep":[1]}', reason: "an object" },
    ],
  });
});
