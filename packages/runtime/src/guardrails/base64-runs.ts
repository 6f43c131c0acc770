/** Where a text may hold base64. */
import { digitRuns, endOfDigits } from "./digit-runs.ts";
import type { Span } from "./view.ts";

/** Digits in each further line of a run. */
const LEAST_FURTHER = 4;
const MOST_PADDING = 2;

/** Words of a language and names in programs: base64 of a text mixes cases. */
const WORDS = /^(?:[A-Z]?[a-z]+|[A-Z]+)(?:[-_/+](?:[A-Z]?[a-z]+|[A-Z]+|\d+))*$/;

/** Runs of digits, also over several lines, that are not made of words. */
export function base64Runs(text: string, runs = digitRuns(text)): readonly Span[] {
  const found: Span[] = [];
  let taken = 0;
  for (const { start, end: first } of runs) {
    if (start < taken) continue;
    taken = endOfPadding(text, endOfLines(text, first));
    if (!WORDS.test(text.slice(start, taken))) found.push({ start, end: taken });
  }
  return found;
}

/** The end of the digits in the lines that follow one upon the other. */
function endOfLines(text: string, first: number): number {
  let end = first;
  for (;;) {
    const start = text.startsWith("\r\n", end) ? end + 2 : end + 1;
    const next = text[start - 1] === "\n" ? endOfDigits(text, start) : start;
    if (next - start < LEAST_FURTHER) return end;
    end = next;
  }
}

function endOfPadding(text: string, start: number): number {
  let end = start;
  while (end - start < MOST_PADDING && text[end] === "=") end++;
  return end;
}
