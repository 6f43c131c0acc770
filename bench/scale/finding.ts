/** One figure of a growth experiment. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What was asked for, where something was. */
  readonly goal?: { readonly text: string; readonly isMet: boolean } | undefined;
}

export const atMost = (limit: number, unit: string, value: number): Figure["goal"] => ({
  text: `≤ ${limit} ${unit}`,
  isMet: value <= limit,
});
export const atLeast = (limit: number, value: number): Figure["goal"] => ({
  text: `≥ ${limit}`,
  isMet: value >= limit,
});

const formatted = (value: number): string =>
  value.toLocaleString("en-US", { maximumFractionDigits: Math.abs(value) < 10 ? 2 : 0 });

export function figureTable(figures: readonly Figure[]): string {
  const lines = figures.map(({ what, value, unit, goal }) => [
    what,
    `${formatted(value)} ${unit}`.trim(),
    goal === undefined ? "–" : `${goal.text}: ${goal.isMet ? "met" : "missed"}`,
  ]);
  const head = ["what", "measured", "goal"];
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
