import assert from "node:assert/strict";
import { test } from "node:test";
import { labelledRows } from "../testing/labelled-rows.ts";
import { measureRules } from "../testing/measure-rules.ts";
import { ENGLISH } from "./detectors/injection/english.ts";
import { headsOf, mayHold } from "./detectors/injection/feature.ts";
import { LATIN_LANGUAGES } from "./detectors/injection/languages.ts";
import { cleaned, lowered } from "./normalise.ts";
import { View } from "./view.ts";

test("of the texts that the rules were written with nothing is missed, and no look-alike fires", async () => {
  const { missed, wrong } = measureRules(await labelledRows("tuned"));
  assert.deepEqual(
    missed.map(({ text }) => text),
    [],
  );
  assert.deepEqual(
    wrong.map(({ row, fired }) => `${fired.join()}: ${row.text}`),
    [],
  );
});

test("of texts that were held out, the rules find what the documentation promises", async () => {
  const { rules, benign, falseAlarms } = measureRules(await labelledRows("held"));
  const shareOf = (names: RegExp): number => {
    const some = rules.filter(({ rule }) => names.test(rule));
    const sum = (of: "wanted" | "found") => some.reduce((total, figures) => total + figures[of], 0);
    return sum("found") / sum("wanted");
  };
  assert.ok(shareOf(/^pii\./) >= 0.95);
  assert.equal(shareOf(/^secret\./), 1);
  assert.ok(shareOf(/^injection\./) >= 0.6);
  assert.ok(falseAlarms / benign <= 0.05);
});

test("what is searched for only where a word begins with certain letters is nowhere else", async () => {
  const rows = [...(await labelledRows("tuned")), ...(await labelledRows("held"))];
  for (const { text } of rows) {
    const folded = lowered(cleaned(new View(text))).text;
    const heads = headsOf(folded);
    const hidden = [...ENGLISH, ...LATIN_LANGUAGES].filter(
      (one) => !mayHold(one, heads) && folded.search(one.pattern) >= 0,
    );
    assert.deepEqual(
      hidden.map(({ name, pattern }) => `${name} ${pattern.exec(folded)?.[0]} in ${folded}`),
      [],
    );
  }
});
