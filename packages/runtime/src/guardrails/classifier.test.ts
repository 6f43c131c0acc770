import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClassifierActions, type Finding, firingOf, isToBeClassified, textToClassify } from "./classifier.ts";
import type { Firing } from "./verdict.ts";

const BLOCKS: ClassifierActions = { injection: "block", toxicity: "allow" };
const SETTINGS = { onFailure: "closed", minScore: 0.5 } as const;
const said = (category: "none" | "injection" | "toxicity", score: number): Finding => ({ category, score, model: "m" });
const fires = (rule: string, action: Firing["action"], severity: Firing["severity"], score?: number): Firing => ({
  rule,
  action,
  severity,
  count: 1,
  ...(score === undefined ? {} : { model: "m", score }),
});

const findings: readonly [string, Parameters<typeof firingOf>, Firing | undefined][] = [
  ["what is none lets it pass", [SETTINGS, BLOCKS, said("none", 1)], undefined],
  [
    "an injection does what is declared",
    [SETTINGS, BLOCKS, said("injection", 0.9)],
    fires("classifier.injection", "block", "high", 0.9),
  ],
  ["so does toxicity", [SETTINGS, BLOCKS, said("toxicity", 0.5)], fires("classifier.toxicity", "allow", "medium", 0.5)],
  ["a model that is not sure enough lets it pass", [SETTINGS, BLOCKS, said("injection", 0.49)], undefined],
  ["what is off does not fire", [SETTINGS, { injection: "off", toxicity: "block" }, said("injection", 1)], undefined],
  [
    "without an answer nothing passes",
    [SETTINGS, BLOCKS, { failed: "model_unavailable" }],
    fires("classifier.undecided", "block", "high"),
  ],
  [
    "unless the system says so",
    [{ ...SETTINGS, onFailure: "open" }, BLOCKS, { failed: "model_unavailable" }],
    fires("classifier.undecided", "allow", "high"),
  ],
];
for (const [claim, given, expected] of findings)
  test(claim, () => {
    assert.deepEqual(firingOf(...given), expected);
  });

test("a text is suspicious when a rule about its meaning has fired, not when it holds a number", () => {
  assert.equal(isToBeClassified({ asks: "suspicious" }, ["pii.ssn", "secret.named", "control.unseen"]), false);
  for (const rule of ["injection.orders", "toxicity.insult", "own.codename"])
    assert.equal(isToBeClassified({ asks: "suspicious" }, ["pii.ssn", rule]), true);
  assert.equal(isToBeClassified({ asks: "all" }, []), true);
});

test("the model reads texts and JSON, and nothing that has no words", () => {
  assert.equal(textToClassify("a text"), "a text");
  assert.equal(textToClassify({ a: ["b"] }), '{"a":["b"]}');
  for (const value of [null, true, 12, "", " \n", {}, []]) assert.equal(textToClassify(value), undefined);
});
