/** Telephone numbers as people write them: international (E.164), North American, national with a leading zero, and bare after a word that says so. */
import { before, type Detector, matches } from "../detector.ts";
import { foldText } from "../folding.ts";
import type { Span } from "../view.ts";
import { hasLongNumber, isNamedOtherwise } from "./number-context.ts";

/** An extension may stand behind it; it belongs to it. */
const END = String.raw`(?!(?!x\d|ext)[\w-]|\.\d)(?:,?\s?(?:x|ext\.?|poste|ramal)\s?\d{1,5})?`;
const INTERNATIONAL = new RegExp(
  String.raw`(?<![\w+])(?:\+|00(?=[1-9]))(?:[ ().\-/]{0,3}\d){7,15}(?!(?!x\d|ext)\w)(?:,?\s?(?:x|ext\.?|poste|ramal)\s?\d{1,5})?`,
  "gi",
);
const NORTH_AMERICAN = new RegExp(
  String.raw`(?<![\w.\-/+])(?:1[-. ])?(?:\([2-9]\d{2}\)[-. ]?|[2-9]\d{2}[-. /])[2-9]\d{2}[-. ]\d{4}${END}`,
  "gi",
);
const NATIONAL =
  /(?<![\w.\-/+:]|\d )(?:\(0[1-9]\d{0,4}\)(?: ?[/-] ?| ?)|0[1-9]\d{0,4}(?: ?[/-] ?| ))\d{2,8}(?:[ -]\d{1,6}){0,4}(?![\w\-/.:]\d|[\w/])/g;
/** `01.23.45.67.89`, `0471.23.45.67`. */
const DOTTED = /(?<![\w.\-/+:])0[1-9]\d{0,3}(?:\.\d{2,3}){3,4}(?![\w-]|\.\d)/g;
/** Brazil, and Russia from within. */
const OTHERS =
  /(?<![\w.\-/+])(?:\([1-9]\d\) ?\d{4,5}-\d{4}|8[ -]?\(?[3489]\d{2}\)?[ -]?\d{3}[ -]\d{2}[ -]\d{2})(?![\w-]|\.\d)/g;
/** What a sign before it belongs to is a number of its own only where another one stands before that. */
const BARE = /(?<!\w|\+|\d[.\-/])(?:\(\d{2,5}\)[ -]?)?\d[\d ()./-]{5,17}\d(?![\w-]|\.\d)/g;
/** Words that a number of a telephone stands behind, in the form that the normaliser gives to text. */
const WORDS = foldText(
  "phones?|tel|tlf|tfno|telephone|telefon[a-z]{0,10}|telefoon[a-z]{0,7}|telemovel|telepon|puhelin[a-z]{0,7}|numero|nomor|mobile|mobil|mobiel|mob|movil|handy[a-z]{0,7}|cell|cellphone|cellulare|celular|matkapuhelin|portable|komorka|cep|gsm|fax|whatsapp|viber|signal|sms|contact|contacto|recapito|" +
    "call(?:ed)? (?:me|us|him|her|them)|call|text me|dial|reach(?:ed)? (?:me|us|him|her) (?:at|on)|hotline|rufnummer|rappel[a-z]{0,4}|appel[a-z]{0,4}|joi(?:ndre|gnable)|llam[a-z]{0,5}|lig(?:ue|ar|a)|chiam[a-z]{0,5}|zadzwon|ring|bel(?:len)?|ruf[a-z]{0,3}|erreichbar|soita|volejte",
);
const OTHER_WORDS = foldText(
  "手机|手機|电话|電話|携帯|联系|聯絡|拨打|致电|전화|휴대폰|연락처|телефон[а-я]{0,3}|тел|моб[а-я]{0,8}|звон[а-я]{0,5}|дзвон[а-я]{0,5}|τηλ[α-ω]{0,8}|κινητο|هاتف|جوال|موبايل|טלפון|נייד|फोन|मोबाइल|điện thoại|โทร(?:ศัพท์)?",
);
/** The word, what names add to it (`phone_number`, `phoneNumber`), and what may stand up to the number. */
const NAMED = new RegExp(
  `(?:(?<![a-z])(?:${WORDS})(?:[ _-]?(?:number|num|nr|no|nummer|numero)){0,1}(?![a-z])|${OTHER_WORDS})[\\s.:;,#'"=(<>/|*_\\p{L}-]{0,16}$`,
  "iu",
);
/** Such a word right behind the number. */
const NAMED_BEHIND = /^[\s(,-]{1,3}(?:mobil[a-z]?|cell|handy|movil|portable|celular|cellulare|phone|tel|fax)\b/i;
const DIGITS = { least: 7, national: [9, 12], bare: [7, 15] } as const;

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
    ...matches(
      text,
      INTERNATIONAL,
      (match) =>
        isDialled(match[0]) &&
        !isCoordinate(match[0]) &&
        (match[0].startsWith("+") || !isNamedOtherwise(text, match.index)),
    ),
    ...matches(text, NORTH_AMERICAN, ({ index }) => !isNamedOtherwise(text, index)),
    ...[NATIONAL, DOTTED, OTHERS].flatMap((pattern) =>
      matches(
        text,
        pattern,
        (match) =>
          hasDigits(match[0], DIGITS.national) && !isDateLike(match[0]) && !isNamedOtherwise(text, match.index),
      ),
    ),
    ...matches(text, BARE, (match) => hasDigits(match[0], DIGITS.bare) && !isDate(match[0]) && isNamed(text, match)),
  ];
}

const isNamed = (text: string, { 0: number, index }: RegExpExecArray): boolean =>
  NAMED.test(before(text, index, 48)) ||
  NAMED_BEHIND.test(text.slice(index + number.length, index + number.length + 16));

const digitsOf = (text: string): number => text.replace(/\D/g, "").length;
const hasDigits = (text: string, [least, most]: readonly [number, number]): boolean =>
  digitsOf(text) >= least && digitsOf(text) <= most;
/** `00` begins an international number only where there are groups, or it is as long as one; so does `+` where there are few digits. */
const isDialled = (text: string): boolean =>
  text.startsWith("+")
    ? digitsOf(text) > DIGITS.least || /\d[ ().\-/]/.test(text)
    : /[ ().\-/]/.test(text) && digitsOf(text) >= 11;
/** `+48.208217`: degrees; the registries of domains write `+43.16601234`. */
const isCoordinate = (text: string): boolean => /^\+(?:\d{1,2}|1[0-7]\d)\.\d{3,7}$/.test(text);
/** Three groups such as days are written in: a word has to say that they are a number, and then it is a day all the same if it may be one. */
const isDateLike = (text: string): boolean =>
  /^(?:\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{1,2} \d{1,2} \d{2,4}|\d{4} \d{1,2} \d{1,2})$/.test(text);
const isDate = (text: string): boolean =>
  /^(?:\d{4}[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:0?[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])[-./ ](?:0?[1-9]|[12]\d|3[01])[-./ ](?:\d{2}|\d{4}))$/.test(
    text,
  );
