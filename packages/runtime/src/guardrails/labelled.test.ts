import assert from "node:assert/strict";
import { test } from "node:test";
import { labelledRows } from "../testing/labelled-rows.ts";
import { measureRules, type SetFigures } from "../testing/measure-rules.ts";

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

/** The share of what the rules by these names should find that they do find. */
function shareOf({ rules }: SetFigures, names: RegExp): number {
  const some = rules.filter(({ rule }) => names.test(rule));
  const sum = (of: "wanted" | "found") => some.reduce((total, figures) => total + figures[of], 0);
  return sum("found") / sum("wanted");
}

test("of the texts that the rules were developed with they find most, and hardly a look-alike fires", async () => {
  const figures = measureRules(await labelledRows("development"));
  for (const [names, least] of [
    [/^pii\./, 1],
    [/^secret\./, 1],
    [/: direct/, 0.8],
    [/: extraction/, 0.76],
    [/: planted/, 0.82],
    [/: other languages/, 0.9],
    [/: encoded/, 1],
  ] as const) {
    assert.ok(shareOf(figures, names) >= least, `${names.source} ${shareOf(figures, names)}`);
  }
  assert.ok(figures.falseAlarms / figures.benign <= 0.01);
});

test("of texts that were held out and avoid the words of rules, they find what the documentation promises", async () => {
  const figures = measureRules(await labelledRows("held"));
  assert.equal(shareOf(figures, /^pii\./), 1);
  assert.equal(shareOf(figures, /^secret\./), 1);
  assert.ok(shareOf(figures, /: extraction/) >= 0.6);
  assert.equal(shareOf(figures, /: encoded/), 1);
  assert.ok(shareOf(figures, /^injection\./) >= 0.55);
  assert.ok(figures.falseAlarms / figures.benign <= 0.05);
});

test("of texts that were written before the weights were fitted, they reach the goals of 40, 70 and 60 %", async () => {
  const figures = measureRules(await labelledRows("fresh"));
  assert.ok(shareOf(figures, /: direct/) >= 0.4);
  assert.ok(shareOf(figures, /: extraction/) >= 0.7);
  assert.ok(shareOf(figures, /: planted/) >= 0.6);
  assert.ok(figures.falseAlarms / figures.benign <= 0.05);
});

test("of texts that were written before the second fit, in indirect words, they reach the goals of 40, 70 and 60 %", async () => {
  const figures = measureRules(await labelledRows("unseen"));
  assert.ok(shareOf(figures, /: direct/) >= 0.4);
  assert.ok(shareOf(figures, /: extraction/) >= 0.7);
  assert.ok(shareOf(figures, /: planted/) >= 0.6);
  assert.ok(shareOf(figures, /: other languages/) >= 0.8);
  assert.ok(figures.falseAlarms / figures.benign <= 0.02);
});

test("of texts that were written before the third fit, as many people would, they reach the goals of 40, 70 and 60 %", async () => {
  const figures = measureRules(await labelledRows("later"));
  assert.ok(shareOf(figures, /: direct/) >= 0.4);
  assert.ok(shareOf(figures, /: extraction/) >= 0.7);
  assert.ok(shareOf(figures, /: planted/) >= 0.6);
  assert.ok(shareOf(figures, /: other languages/) >= 0.5);
  assert.ok(figures.falseAlarms / figures.benign <= 0.05);
});

test("of texts that were written before the fourth fit, they find what the documentation promises", async () => {
  const figures = measureRules(await labelledRows("fifth"));
  assert.ok(shareOf(figures, /: direct/) >= 0.4);
  assert.ok(shareOf(figures, /: extraction/) >= 0.6);
  assert.ok(shareOf(figures, /: planted/) >= 0.6);
  assert.ok(shareOf(figures, /: other languages/) >= 0.8);
  assert.ok(figures.falseAlarms / figures.benign <= 0.05);
});
