import { cpuMicros, type Sample } from "../measurement.ts";
import { pairedRatios, type Spread, spreadOf } from "../statistics.ts";
import { type Contestant, OURS, type Skipped } from "./contestant.ts";

const rounded = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: value < 10 ? 1 : 0 });
const withSpread = ({ median, min, max }: Spread): string => `${rounded(median)} [${rounded(min)}–${rounded(max)}]`;

/** The result as Markdown: medians with the range over all rounds, and for whoever could not be measured the reason. */
export function peerTable(
  contestants: readonly Pick<Contestant, "id" | "title" | "keeps">[],
  skipped: readonly Skipped[],
  samples: readonly Sample[],
): string {
  const of = (id: string) => samples.filter(({ variant }) => variant === id).toSorted((a, b) => a.round - b.round);
  const rates = (id: string) => of(id).map(({ tasksPerSecond }) => tasksPerSecond);
  const figures = (id: string, pick: (sample: Sample) => number) => withSpread(spreadOf(of(id).map(pick)));
  const ratio = (id: string) => spreadOf(pairedRatios(rates(id), rates(OURS))).median.toFixed(2);
  const measured = contestants.map(({ id, title, keeps }) => [
    title,
    figures(id, ({ tasksPerSecond }) => tasksPerSecond),
    ratio(id),
    figures(id, ({ p50Ms }) => p50Ms),
    figures(id, ({ p99Ms }) => p99Ms),
    figures(id, cpuMicros),
    keeps,
  ]);
  const left = skipped.map(({ title, reason }) => [title, `*skipped*: ${oneCell(reason)}`, "", "", "", "", ""]);
  const head = ["system", "tasks/s", "ratio to `npm start`", "p50 ms", "p99 ms", "CPU µs a task", "keeps"];
  return [head, head.map(() => "---"), ...measured, ...left].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

const oneCell = (text: string): string => text.replaceAll(/\s+/g, " ").replaceAll("|", "/").slice(0, 200);
