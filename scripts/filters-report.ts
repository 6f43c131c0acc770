/** Prints what the guardrails find, and what they find where nothing is, by rule. `--rows` names the rows; `--json` is for programs. */
import { parseArgs } from "node:util";
import { labelledRows, measureRules } from "@troupe/runtime/internal";

const { values } = parseArgs({ options: { rows: { type: "boolean" }, json: { type: "boolean" } } });

for (const part of ["tuned", "held"] as const) {
  const rows = await labelledRows(part);
  const { rules, benign, falseAlarms, missed, wrong } = measureRules(rows);
  if (values.json) {
    console.log(JSON.stringify({ part, rows: rows.length, benign, falseAlarms, rules }));
    continue;
  }
  console.log(`\n${part}: ${rows.length} rows, ${benign} look-alikes, false alarms in ${falseAlarms}\n`);
  console.log("| rule | found | of | false alarms |\n| --- | ---: | ---: | ---: |");
  for (const { rule, wanted, found, falseAlarms: alarms } of rules) {
    console.log(`| \`${rule}\` | ${found} | ${wanted} | ${alarms} |`);
  }
  if (!values.rows) continue;
  for (const { expect, lang, encode, text } of missed)
    console.log(`missed ${expect.join()} ${lang} ${encode ?? ""}: ${text}`);
  for (const { row, fired } of wrong) console.log(`false ${fired.join()}: ${row.text}`);
}
