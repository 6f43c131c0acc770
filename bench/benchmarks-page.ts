import { markdownTable } from "@troupe/cli/internal";
import type { BenchResult } from "./result.ts";

const SECTION = /(<!-- figures: ([a-z-]+) -->\n)[^]*?(\n<!-- end of figures -->)/g;

/**
 * The page with the figures of each result between its two marks; what stands around them is written by hand, and figures without a result
 * stay as they are. Throws a `RangeError` for a result that the page has no place for.
 */
export function benchmarksPage(page: string, results: ReadonlyMap<string, BenchResult>): string {
  const places = new Set(Array.from(page.matchAll(SECTION), ([, , name]) => name));
  for (const name of results.keys())
    if (!places.has(name)) throw new RangeError(`docs/benchmarks.md has no place for ${name}`);
  return page.replaceAll(SECTION, (whole: string, begin: string, name: string, end: string) => {
    const result = results.get(name);
    return result === undefined ? whole : `${begin}\n${sectionOf(result)}\n${end}`;
  });
}

function sectionOf({ command, machine, tables }: BenchResult): string {
  const { date, cores, model, node, load } = machine;
  const busy =
    load > cores * 2
      ? " **Other work was running on the machine**: rates and times are a bound, not a figure to quote."
      : "";
  return `\`${command}\`, ${date}, ${cores} cores (${model}), Node ${node.slice(1)}, load average ${load}.${busy}\n\n${tables.replaceAll(TABLE, aligned)}`;
}

const TABLE = /^\|[^]*?\|$(?!\n\|)/gm;

/** A table with columns of one width, as the formatter wants it. */
function aligned(table: string): string {
  const [head = [], , ...rows] = table.split("\n").map((line) => {
    const cells = line.split("|").slice(1, -1);
    return cells.map((cell) => cell.trim());
  });
  return markdownTable(head, rows).join("\n");
}
