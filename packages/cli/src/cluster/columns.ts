/** Narrower than this, the last column is not worth reading in its place: it goes below its row. */
const LEAST_ROOM = 24;
const INDENT = 4;

/** Rows under one another, each column as wide as its widest cell; of lines that are wider than `width` the last cell goes on below. */
export function columns(
  rows: readonly (readonly string[])[],
  width: number = Number.POSITIVE_INFINITY,
): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows.flatMap((row) => {
    const whole = line(row, widths);
    return whole.length <= width ? [whole] : lines(row, widths, width);
  });
}

const line = (row: readonly string[], widths: readonly number[]): string =>
  row
    .map((cell, i) => cell.padEnd(widths[i] ?? 0))
    .join("  ")
    .trimEnd();

function lines(row: readonly string[], widths: readonly number[], width: number): readonly string[] {
  const others = row.slice(0, -1);
  const start = others.reduce((sum, _, i) => sum + (widths[i] ?? 0) + 2, 0);
  const isBelow = width - start < LEAST_ROOM;
  const indent = " ".repeat(isBelow ? INDENT : start);
  const [first = "", ...more] = wrapped(row.at(-1) ?? "", width - indent.length);
  const head = isBelow ? [line(others, widths), indent + first] : [line([...others, first], widths)];
  return [...head, ...more.map((text) => indent + text)];
}

/** Lines of at most so many characters, broken at blanks; a longer word stays whole. */
function wrapped(text: string, most: number): readonly string[] {
  const broken: string[] = [];
  for (const word of text.split(" ")) {
    const last = broken.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most) broken[broken.length - 1] = `${last} ${word}`;
    else broken.push(word);
  }
  return broken;
}
