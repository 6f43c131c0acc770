/** Writes the generated pages under docs/. */
import { writeFile } from "node:fs/promises";
import { generatedPages } from "@troupe/cli/internal";

for (const [path, text] of await generatedPages()) await writeFile(new URL(`../${path}`, import.meta.url), text);
