import assert from "node:assert/strict";
import { test } from "node:test";
import { labelledRows } from "../testing/labelled-rows.ts";
import { measureRules } from "../testing/measure-rules.ts";

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
