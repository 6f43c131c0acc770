import type { Row } from "./measurement.ts";
import type { Spread } from "./statistics.ts";

const rounded = (value: number) => value.toLocaleString("en-US", { maximumFractionDigits: value < 10 ? 2 : 0 });
const withSpread = ({ median, min, max }: Spread) => `${rounded(median)} [${rounded(min)}–${rounded(max)}]`;
const ratio = ({ median, min, max }: Spread) => `${median.toFixed(2)} [${min.toFixed(2)}–${max.toFixed(2)}]`;
const mebibytes = (bytes: number) => String(Math.round(bytes / 1_048_576));

const joined = (values: Readonly<Record<string, number>>, format: (value: number) => string) =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${format(value)}`)
    .join(" · ");

/** The result as Markdown: medians with the range over all rounds. */
export function formatTables(rows: readonly Row[]): string {
  const levels = [...new Set(rows.map((row) => row.inFlight))];
  return levels
    .map((level) =>
      levelTable(
        level,
        rows.filter((row) => row.inFlight === level),
      ),
    )
    .join("\n\n");
}

function levelTable(level: number, rows: readonly Row[]): string {
  const lines = rows.map((row) => [
    row.variant.title,
    withSpread(row.tasksPerSecond),
    ratio(row.rateRatio),
    withSpread(row.p50Ms),
    ratio(row.p50Ratio),
    rounded(row.p99Ms.median),
    withSpread(row.cpuMicrosPerTask),
    ratio(row.cpuRatio),
    row.bytesPerTask === undefined ? "–" : rounded(row.bytesPerTask),
    joined(row.cpu, (share) => share.toFixed(2)),
    joined(row.rssBytes, mebibytes),
  ]);
  const head = [
    "variant",
    "tasks/s",
    "ratio to raw",
    "p50 ms",
    "ratio to raw",
    "p99 ms",
    "CPU µs a task",
    "ratio to raw",
    "bytes a task",
    "cores",
    "RSS MiB",
  ];
  const text = [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  const tasks = level === 1 ? "1 task in flight" : `${level} tasks in flight`;
  return `### ${tasks}\n\n${text}`;
}
