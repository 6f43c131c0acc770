/** Telephone numbers as people write them: international (E.164), North American, national with a leading zero, and bare after a word that says so. */
import { before, type Detector, matches } from "../detector.ts";
import type { Span } from "../view.ts";
import { hasLongNumber, isNamedOtherwise } from "./number-context.ts";

const INTERNATIONAL = /(?<![\w+])(?:\+|00(?=[1-9]))(?:[ ().\-/]{0,3}\d){8,15}(?![\w])(?:\s?(?:x|ext\.?)\s?\d{1,5})?/gi;
const NORTH_AMERICAN =
  /(?<![\w.\-/+])(?:1[-. ])?(?:\([2-9]\d{2}\)[-. ]?|[2-9]\d{2}[-. /])[2-9]\d{2}[-. ]\d{4}(?![\w-]|\.\d)(?:\s?(?:x|ext\.?)\s?\d{1,5})?/gi;
const NATIONAL =
  /(?<![\w.\-/+:]|\d )\(?0[1-9]\d{0,4}\)?(?: ?[/-] ?| )\d{2,8}(?:[ -]\d{1,6}){0,4}(?![\w\-/.:]\d|[\w/])/g;
const BARE = /(?<![\w.\-/+])(?:\(\d{2,5}\)[ -]?)?\d[\d ().-]{5,17}\d(?![\w-]|\.\d)/g;
/** Accents are gone where this is looked for; scripts without them have no `\b`. */
const NAMED =
  /(?:\b(?:phones?|tel|tlf|puh|telephone|telefono|telefone|telefon|telefonnummer|telefoonnummer|numero|mobile|mobil|movil|handy|cell|cellphone|cellulare|celular|portable|komorka|fax|whatsapp|signal|sms|call(?:ed)? (?:me|us|him|her|them)|call|text me|dial|reach(?:ed)? (?:me|us|him|her) (?:at|on)|hotline|rufnummer|rappel[a-z]{0,4}|appel[a-z]{0,4}|llam[a-z]{0,5}|lig(?:ue|ar|a)|chiam[a-z]{0,5}|zadzwon|ring|bel(?:len)?|ruf[a-z]{0,3})\b|手机|电话|電話|携帯|전화|тел(?:ефон)?|моб(?:ильный)?|звоните)[\s.:：#'"=(a-z]{0,16}$/i;
const DIGITS = { national: [9, 12], bare: [7, 15] } as const;

export const phoneNumber: Detector = {
  rule: "pii.phone",
  type: "PHONE",
  severity: "medium",
  reads: "plain",
  readsEncoded: true,
  find: (text) => (hasLongNumber(text) ? numbersIn(text) : []),
};

function numbersIn(text: string): readonly Span[] {
  return [
    ...matches(text, INTERNATIONAL, (match) => !isNamedOtherwise(text, match.index) && isDialled(match[0])),
    ...matches(text, NORTH_AMERICAN, ({ index }) => !isNamedOtherwise(text, index)),
    ...matches(
      text,
      NATIONAL,
      (match) => hasDigits(match[0], DIGITS.national) && !isDate(match[0]) && !isNamedOtherwise(text, match.index),
    ),
    ...matches(
      text,
      BARE,
      (match) => hasDigits(match[0], DIGITS.bare) && !isDate(match[0]) && NAMED.test(before(text, match.index, 48)),
    ),
  ];
}

const digitsOf = (text: string): number => text.replace(/\D/g, "").length;
const hasDigits = (text: string, [least, most]: readonly [number, number]): boolean =>
  digitsOf(text) >= least && digitsOf(text) <= most;
/** `00` begins an international number only where there are groups, or it is as long as one. */
const isDialled = (text: string): boolean => text.startsWith("+") || (/[ ().\-/]/.test(text) && digitsOf(text) >= 11);
const isDate = (text: string): boolean =>
  /^(?:\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{1,2} \d{1,2} \d{2,4}|\d{4} \d{1,2} \d{1,2})$/.test(text);
