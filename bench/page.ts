/** `npm run bench:page`: writes the figures of docs/benchmarks.md from what benchmarks printed with `--json`, kept in bench/results. */
import { readFile, writeFile } from "node:fs/promises";
import { benchmarksPage } from "./benchmarks-page.ts";
import { readResults } from "./read-results.ts";

const PAGE = new URL("../docs/benchmarks.md", import.meta.url);

await writeFile(PAGE, benchmarksPage(await readFile(PAGE, "utf8"), await readResults()));
