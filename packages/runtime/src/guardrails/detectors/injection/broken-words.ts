/** Words with signs between their letters, in one walk over a text in lower case: `ig-no-re`, but names of files and variables as well. Pure. */
import type { Span } from "../../view.ts";

/** Signs between two letters that break a word. */
const MOST_SIGNS = 3;

/** A word, and in how many places it is broken. */
export interface BrokenWord extends Span {
  readonly breaks: number;
}

const LETTER = 1;
const SIGN = 2;
const KIND = new Uint8Array(128);
for (const letter of "abcdefghijklmnopqrstuvwxyz") KIND[letter.charCodeAt(0)] = LETTER;
for (const sign of "._*~|^`\\-") KIND[sign.charCodeAt(0)] = SIGN;
const kindAt = (text: string, at: number): number => (at < text.length ? (KIND[text.charCodeAt(at)] ?? 0) : 0);

/** The words of a text that are broken somewhere. */
export function brokenWords(text: string): readonly BrokenWord[] {
  const found: BrokenWord[] = [];
  for (let start = 0; start < text.length; start++) {
    if (kindAt(text, start) !== LETTER) continue;
    let end = endOf(LETTER, text, start);
    let breaks = 0;
    for (let next = behindBreak(text, end); next > end; next = behindBreak(text, end)) {
      end = endOf(LETTER, text, next);
      breaks++;
    }
    if (breaks > 0) found.push({ start, end, breaks });
    start = end;
  }
  return found;
}

function endOf(kind: number, text: string, start: number): number {
  let end = start;
  while (kindAt(text, end) === kind) end++;
  return end;
}

/** Where the letters go on behind a break; the same place where there is none. */
function behindBreak(text: string, at: number): number {
  const end = endOf(SIGN, text, at);
  return end - at <= MOST_SIGNS && kindAt(text, end) === LETTER ? end : at;
}

/** The letters of a broken word. */
export const withoutBreaks = (word: string): string => word.replace(/[^a-z]/g, "");
