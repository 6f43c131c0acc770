/**
 * Loaded before anything else by `--import=…/hook.ts?<mutant>` (mutant-options.ts): rewrites the mutant's places as their files are loaded.
 * Nothing of it is known to the product. A process that cannot be mutated does not run.
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { mutated } from "./mutant.ts";
import { codeMutant } from "./mutants.ts";

const ROOT = new URL("../../../", import.meta.url).href;
const mutant = codeMutant(new URL(import.meta.url).search.slice(1));
const files = new Set(mutant.edits.map(({ file }) => file));

registerHooks({
  load(url, context, nextLoad) {
    const file = url.startsWith(ROOT) ? url.slice(ROOT.length) : "";
    if (!files.has(file)) return nextLoad(url, context);
    const source = mutated(mutant, file, readFileSync(fileURLToPath(url), "utf8"));
    return { ...nextLoad(url, context), source, shortCircuit: true };
  },
});
