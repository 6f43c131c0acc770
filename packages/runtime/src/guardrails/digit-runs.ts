/** Long runs of base64's digits, in a few looks at a text: what keys and encoded texts are made of. */
import type { Span } from "./view.ts";

/** Digits in a row. Shorter runs are words. */
const LEAST = 11;

const IS_DIGIT = new Uint8Array(0x1_00_00);
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
for (const digit of DIGITS) IS_DIGIT[digit.charCodeAt(0)] = 1;

const isDigitAt = (text: string, at: number): boolean => at < text.length && IS_DIGIT[text.charCodeAt(at)] === 1;

/** All runs that are as long as possible, of eleven digits or more. */
export const digitRuns = (text: string): readonly Span[] => longRuns(text, LEAST, isDigitAt);

/** Where the digits end that begin at a place. */
export function endOfDigits(text: string, start: number): number {
  let end = start;
  while (isDigitAt(text, end)) end++;
  return end;
}

/** All runs of some units, as long as possible, of so many or more: each of them has one where the walk looks. */
export function longRuns(text: string, least: number, isOne: (text: string, at: number) => boolean): readonly Span[] {
  const found: Span[] = [];
  for (let at = least - 1; at < text.length; at += least) {
    if (!isOne(text, at)) continue;
    let start = at;
    while (start > 0 && isOne(text, start - 1)) start--;
    let end = at + 1;
    while (end < text.length && isOne(text, end)) end++;
    if (end - start >= least) found.push({ start, end });
    at = end;
  }
  return found;
}
