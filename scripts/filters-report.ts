/**
 * What the guardrails find, and what they find where nothing is.
 *
 *   npm run filters:report                      all parts of the labelled texts, as Markdown
 *   npm run filters:report -- --rows            and the rows that were missed or wrong
 *   npm run filters:report -- --set FILE        a set of your own: JSON Lines of {expect, lang, text, encode?, family?}
 *   npm run filters:report -- --drawn SEED      personal data drawn by lot, and numbers that look like it
 *   npm run filters:report -- --text "…"        one text: the verdict of a client's input, and what would pass
 */
import { parseArgs } from "node:util";
import { Guard, screenText, seededRandom } from "@troupe/runtime/internal";
import {
  drawLookAlikes,
  drawPersonalData,
  LABELLED_PARTS,
  type LabelledRow,
  labelledRows,
  measureRules,
  readLabelledRows,
} from "@troupe/runtime/internal-testing";

const { values } = parseArgs({
  options: {
    rows: { type: "boolean" },
    json: { type: "boolean" },
    set: { type: "string" },
    drawn: { type: "string" },
    text: { type: "string" },
  },
});

if (values.text !== undefined) {
  const guard = new Guard({ role: "r", targets: new Set(["client"]), system: {} });
  console.log(JSON.stringify(screenText(values.text, guard.input("client")), null, 2));
} else if (values.drawn !== undefined) {
  const random = seededRandom(Number(values.drawn));
  print("drawn", [...drawPersonalData(random, 6_000), ...drawLookAlikes(random, 2_000)]);
} else if (values.set === undefined) {
  for (const part of LABELLED_PARTS) print(part, await labelledRows(part));
} else {
  print(values.set, await readLabelledRows(values.set));
}

function print(part: string, rows: readonly LabelledRow[]): void {
  const { rules, benign, falseAlarms, missed, wrong } = measureRules(rows);
  if (values.json) {
    console.log(JSON.stringify({ part, rows: rows.length, benign, falseAlarms, rules }));
    return;
  }
  console.log(`\n${part}: ${rows.length} rows, ${benign} look-alikes, false alarms in ${falseAlarms}\n`);
  console.log("| rule | found | of | false alarms |\n| --- | ---: | ---: | ---: |");
  for (const { rule, wanted, found, falseAlarms: alarms } of rules) {
    console.log(`| \`${rule}\` | ${found} | ${wanted} | ${alarms} |`);
  }
  if (!values.rows) return;
  for (const { expect, lang, encode, text } of missed) {
    console.log(`missed ${expect.join()} ${lang} ${encode ?? ""}: ${text}`);
  }
  for (const { row, fired } of wrong) console.log(`false ${fired.join()}: ${row.text}`);
}
