/** Payment cards: the lengths and beginnings that issuers have (ISO/IEC 7812), grouped as they are printed, with a right check digit (Luhn). */
import { type Detector, matchesOf } from "../detector.ts";
import type { Span } from "../view.ts";
import { hasLongNumber } from "./number-context.ts";

const RUN = /(?<![A-Za-z\d])\d+(?:[ .\-_]{1,3}\d+)*(?![A-Za-z\d])/g;
const GROUP = /\d+/g;
const LENGTHS = { least: 12, most: 19 };

/** Beginnings of numbers by scheme, with the lengths of their numbers. */
const SCHEMES: readonly (readonly [RegExp, readonly number[]])[] = [
  // Visa
  [/^4/, [13, 16, 19]],
  // Mastercard
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  // American Express
  [/^3[47]/, [15]],
  // Discover
  [/^(?:6011|64[4-9]|65)/, [16, 17, 18, 19]],
  // Diners Club
  [/^(?:30[0-5]|3095|36|3[89])/, [14, 16, 19]],
  // JCB; its older numbers are shorter
  [/^35(?:2[89]|[3-8])/, [16, 17, 18, 19]],
  [/^(?:2131|1800)/, [15]],
  // UnionPay
  [/^(?:62|81)/, [16, 17, 18, 19]],
  // Maestro, Laser, Verve, Dankort
  [/^(?:50|5[6-8]|6304|67)/, [12, 13, 14, 15, 16, 17, 18, 19]],
  // Switch and Solo
  [/^(?:49(?:03|05|11|36)|633[134])/, [16, 18, 19]],
  // Elo, Hipercard, RuPay, InstaPayment
  [/^(?:60|63[6-9]|82)/, [16, 19]],
  // Mir
  [/^220[0-4]/, [16, 17, 18, 19]],
  // Troy, Napas, Uzcard, Humo
  [/^(?:9792|9704|8600|9860)/, [16, 19]],
];

export const paymentCard: Detector = {
  rule: "pii.card",
  type: "CARD",
  severity: "high",
  reads: "plain",
  readsEncoded: true,
  find: (text) => (hasLongNumber(text) ? matchesOf(text, RUN) : []).flatMap((run) => cardsIn(run[0], run.index)),
};

function cardsIn(run: string, at: number): readonly Span[] {
  if (run.length < LENGTHS.least) return [];
  const groups = matchesOf(run, GROUP).map((group) => ({ digits: group[0], start: at + group.index }));
  const digits = groups.map((group) => group.digits);
  const found: Span[] = [];
  for (let first = 0; first < groups.length; first++) {
    const last = lastOfCard(digits, first);
    const from = groups[first];
    const to = last === undefined ? undefined : groups[last];
    if (from === undefined || to === undefined || last === undefined) continue;
    found.push({ start: from.start, end: to.start + to.digits.length });
    first = last;
  }
  return found;
}

/** Where the longest card that begins with this group ends. */
function lastOfCard(groups: readonly string[], first: number): number | undefined {
  let number = "";
  let found: number | undefined;
  for (let last = first; last < groups.length && number.length < LENGTHS.most; last++) {
    number += groups[last] ?? "";
    if (isPrinted(groups.slice(first, last + 1)) && isCardNumber(number)) found = last;
  }
  return found;
}

/** Groups as people write cards: whole, by four (the last may be longer or shorter), 4-6-5, 4-6-4, 6-13, or digit by digit. */
function isPrinted(groups: readonly string[]): boolean {
  const lengths = groups.map(({ length }) => length);
  if (lengths.length === 1) return true;
  if (lengths.every((length) => length === 1)) return true;
  const [first, second, third] = lengths;
  if (lengths.slice(0, -1).every((length) => length === 4)) return true;
  return (first === 4 && second === 6 && lengths.length === 3 && (third === 5 || third === 4)) || first === 6;
}

function isCardNumber(number: string): boolean {
  const isIssued = SCHEMES.some(([begins, lengths]) => begins.test(number) && lengths.includes(number.length));
  return isIssued && hasRightCheckDigit(number);
}

/** Luhn's sum: every second digit from the right counts twice. */
function hasRightCheckDigit(number: string): boolean {
  let sum = 0;
  for (let index = 0; index < number.length; index++) {
    const digit = Number(number[number.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
