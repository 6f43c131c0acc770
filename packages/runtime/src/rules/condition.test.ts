import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { parseCondition } from "./condition.ts";
import { ConditionError } from "./tokens.ts";

const KNOWN = new Set(["a", "b", "labels", "body", "role", "missing"]);
const facts = {
  a: 3,
  b: 0.5,
  labels: ["web", "sensitive"],
  role: "writer",
  body: { score: -0.25, tags: ["x"], list: [{ deep: 7 }], text: "all is well", nothing: null, yes: true },
};
const holds = (text: string): boolean => parseCondition(text, KNOWN).holds(facts);

const table: readonly [text: string, expected: boolean][] = [
  ["a > 2", true],
  ["a < 2", false],
  ["a >= 3 and a <= 3", true],
  ["a == 3", true],
  ["a != 3", false],
  ["b < 0.7", true],
  ["a * 2 + 1 == 7", true],
  ["a - 1 - 1 == 1", true],
  ["12 / a / 2 == 2", true],
  ["(a + 1) * 2 == 8", true],
  ["-a < -2", true],
  ["- - a == 3", true],
  ["a - -1 == 4", true],
  ['role == "writer"', true],
  ["role == 'writer'", true],
  ['role < "x"', true],
  ['"web" in labels', true],
  ['"pii" in labels', false],
  ['not "pii" in labels', true],
  ['"is" in body.text', true],
  ["body.score < 0", true],
  ["body.list[0].deep == 7", true],
  ['body.tags[0] == "x"', true],
  ["body.nothing == null", true],
  ["body.yes", true],
  ["body.yes == true", true],
  ["not body.yes", false],
  ["not not body.yes", true],
  ["a > 2 or a / 0 > 1", true],
  ["false or a > 2 and b < 1", true],
  ["(false or a > 2) and b > 1", false],
  ['role == "a \\"quoted\\" one"', false],
  // What is not known makes nothing true, in whatever way it is asked.
  ["missing", false],
  ["missing > 1", false],
  ["not missing > 1", false],
  ["missing == missing", false],
  ["missing != 1", false],
  ["missing > 1 or a > 2", true],
  ["missing > 1 and a > 2", false],
  ["not (missing > 1 and a < 2)", true],
  ["body.no.such.field == 1", false],
  ["body.tags[9] == 1", false],
  ["body.text[0] == 1", false],
  ["missing in labels", false],
  ["1 in role", false],
  // Kinds that cannot be compared are not compared.
  ['a < "4"', false],
  ["not a < role", false],
  ["labels == labels", false],
  ["body != 1", false],
  ["a + role == 4", false],
  ["a / 0 > 1", false],
  ["not a", false],
  ["a", false],
];
for (const [text, expected] of table) test(`${text} is ${expected}`, () => assert.equal(holds(text), expected));

test("what no value owns itself cannot be reached", () => {
  for (const path of ["body.constructor", "body.__proto__", "labels.length", "role.length", "body.toString"]) {
    assert.equal(holds(`${path} != 0`), false, path);
    assert.equal(holds(`${path} == null`), false, path);
  }
});

const wrong: readonly [text: string, reason: RegExp][] = [
  ["", /a value is missing, at character 1/],
  ["a >", /a value is missing, at character 4/],
  ["a b", /an operator is missing before "b", at character 3/],
  ["(a", /a closing bracket is missing/],
  ["a)", /an operator is missing before "\)"/],
  ["ghost > 1", /there is no fact ghost; facts are a, b/],
  ["a = 3", /"=" is no part of a condition, at character 3/],
  ["a; b", /";" is no part/],
  ['role == "open', /is no part/],
  ["body. > 1", /the name of a field is missing/],
  ["body[x] > 1", /the number of an entry is missing/],
  ["body[0 > 1", /\] is missing/],
  ["process.exit(1)", /there is no fact process/],
  ["a(1)", /an operator is missing before "\("/],
  [`${"(".repeat(40)}a${")".repeat(40)}`, /nested too deeply/],
  [`${"not ".repeat(40)}a`, /nested too deeply/],
  ["a < b < 1", /an operator is missing before "<"/],
];
for (const [text, reason] of wrong) {
  test(`${JSON.stringify(text.slice(0, 30))} is refused`, () => {
    assert.throws(
      () => parseCondition(text, KNOWN),
      (thrown) => thrown instanceof ConditionError && reason.test(thrown.message),
    );
  });
}

test("a condition names the facts that it reads", () => {
  assert.deepEqual(
    [...parseCondition('a > 1 and body.a.b == 2 or "x" in labels', KNOWN).facts],
    ["a", "body", "labels"],
  );
});

test("any text is a condition or refused with its place, and quickly; any condition gives an answer for any facts", () => {
  const piece = fc.constantFrom(
    "a",
    "b",
    "body",
    ".",
    "x",
    "[",
    "0",
    "]",
    "(",
    ")",
    "<",
    "==",
    "and",
    "or",
    "not",
    "in",
    "-",
    "*",
    '"s"',
    "1.5",
    " ",
  );
  const text = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.array(piece, { maxLength: 60 }).map((parts) => parts.join(" ")),
  );
  fc.assert(
    fc.property(text, fc.dictionary(fc.constantFrom("a", "b", "body"), fc.jsonValue()), (source, values) => {
      try {
        assert.equal(typeof parseCondition(source, KNOWN).holds(values), "boolean");
      } catch (thrown) {
        assert.ok(thrown instanceof ConditionError, String(thrown));
        assert.ok(thrown.at >= 0 && thrown.at <= source.length);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("arithmetic and comparisons agree with JavaScript's", () => {
  const number = fc.integer({ min: 0, max: 1_000 });
  const sign = fc.constantFrom("+", "-", "*");
  const compare = fc.constantFrom("<", "<=", ">", ">=", "==", "!=");
  fc.assert(
    fc.property(number, sign, number, sign, number, compare, number, (x, one, y, two, z, order, w) => {
      const text = `${x} ${one} ${y} ${two} ${z} ${order} ${w}`;
      const expected: unknown = runInNewContext(text);
      assert.equal(parseCondition(text, KNOWN).holds({}), expected, text);
    }),
  );
});
