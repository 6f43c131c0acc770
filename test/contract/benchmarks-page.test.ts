import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { benchmarksPage } from "../../bench/benchmarks-page.ts";
import { readResults } from "../../bench/read-results.ts";
import { benchResult } from "../../bench/result.ts";

const PAGE = new URL("../../docs/benchmarks.md", import.meta.url);

test("docs/benchmarks.md shows the figures that are kept", async () => {
  const page = await readFile(PAGE, "utf8");
  assert.equal(benchmarksPage(page, await readResults()), page, "out of date: npm run bench:page");
});

test("figures go between their marks, with date, machine and command, and leave the rest alone", () => {
  const result = benchResult(
    "bench:scale",
    ["--only", "nodes", "--json"],
    "| a | b |\n| --- | --- |\n| long | 1 |",
    {},
  );
  const page =
    "before\n<!-- figures: scale -->\nold\n<!-- end of figures -->\n<!-- figures: relay -->\nx\n<!-- end of figures -->\n";
  const written = benchmarksPage(page, new Map([["scale", result]]));
  assert.match(
    written,
    /^before\n<!-- figures: scale -->\n\n`npm run bench:scale -- --only nodes`, \d{4}-\d{2}-\d{2}, /,
  );
  assert.match(
    written,
    /\n\| a    \| b   \|\n\| ---- \| --- \|\n\| long \| 1   \|\n\n<!-- end of figures -->\n<!-- figures: relay -->\nx\n<!-- end of figures -->\n$/,
  );
  assert.ok(!written.includes("old"));
  assert.equal(benchmarksPage(written, new Map([["scale", result]])), written);
  assert.throws(() => benchmarksPage("", new Map([["scale", result]])), RangeError);
});
