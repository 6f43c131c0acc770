/** Where a text may hold base64, in one walk over it. */
import type { Span } from "./view.ts";

/** Digits in a row, and in each further line of them. */
const LEAST = { first: 11, further: 4 };
const MOST_PADDING = 2;

const IS_DIGIT = new Uint8Array(0x1_00_00);
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
for (const digit of DIGITS) IS_DIGIT[digit.charCodeAt(0)] = 1;

/** Words of a language and names in programs: base64 of a text mixes cases. */
const WORDS = /^(?:[A-Z]?[a-z]+|[A-Z]+)(?:[-_/+](?:[A-Z]?[a-z]+|[A-Z]+|\d+))*$/;

/** Runs of digits, also over several lines, that are not made of words. */
export function base64Runs(text: string): readonly Span[] {
  const found: Span[] = [];
  for (let start = 0; start < text.length; start++) {
    const first = endOfDigits(text, start);
    if (first - start >= LEAST.first) {
      const end = endOfPadding(text, endOfLines(text, first));
      if (!WORDS.test(text.slice(start, end))) found.push({ start, end });
      start = end - 1;
    } else start = first;
  }
  return found;
}

function endOfDigits(text: string, start: number): number {
  let end = start;
  while (end < text.length && IS_DIGIT[text.charCodeAt(end)] === 1) end++;
  return end;
}

/** The end of the digits in the lines that follow one upon the other. */
function endOfLines(text: string, first: number): number {
  let end = first;
  for (;;) {
    const start = text.startsWith("\r\n", end) ? end + 2 : end + 1;
    const next = text[start - 1] === "\n" ? endOfDigits(text, start) : start;
    if (next - start < LEAST.further) return end;
    end = next;
  }
}

function endOfPadding(text: string, start: number): number {
  let end = start;
  while (end - start < MOST_PADDING && text[end] === "=") end++;
  return end;
}
