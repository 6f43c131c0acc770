/** Writes the weights of what words sound like orders to a model, fitted to the labelled texts: `npm run filters:fit`. */
import { writeFile } from "node:fs/promises";
import { FITTED_PARTS, fitWeights, labelledRows } from "@troupe/runtime/internal-testing";

const LINE = 320;

const rows = (await Promise.all(FITTED_PARTS.map(labelledRows))).flat();
const { bias, weights } = fitWeights(rows);
const lines = [""];
for (const [name, weight] of weights) {
  const entry = `${name}=${weight}`;
  if (`${lines.at(-1)} ${entry}`.length > LINE) lines.push("");
  lines[lines.length - 1] = `${lines.at(-1)} ${entry}`.trim();
}
await writeFile(
  new URL("../packages/runtime/src/guardrails/detectors/injection/weights.ts", import.meta.url),
  `/** Written by \`npm run filters:fit\` from the labelled texts: what a passage scores for each of its features. */

/** What a passage begins with. */
export const BIAS = ${bias};

/** Concepts in capitals (\`A..B\` one before the other, \`A+B\` right before it), words, and two words in a row (\`^\` begins a sentence). */
export const WEIGHTS = \`
${lines.join("\n")}
\`;
`,
);
console.log(`${weights.size} weights from ${rows.length} texts`);
