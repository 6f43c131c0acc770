/** Writes the generated pages under docs/, and what is generated of others. */
import { readFile, writeFile } from "node:fs/promises";
import { generatedPages } from "@troupe/cli/internal";
import { invariantsPage } from "../test/chaos/suite/invariants-page.ts";

for (const [path, text] of await generatedPages()) await writeFile(new URL(`../${path}`, import.meta.url), text);

const chaos = new URL("../docs/chaos.md", import.meta.url);
await writeFile(chaos, invariantsPage(await readFile(chaos, "utf8")));
