/** What a text holds in other encodings, one level deep: base64, hexadecimal, percent signs, character references, escapes. Pure. */
import { base64Runs } from "./base64-runs.ts";
import { matches, matchesOf, Shared } from "./detector.ts";
import { digitRuns, longRuns } from "./digit-runs.ts";
import { isUnseen } from "./folding.ts";
import type { Span, View } from "./view.ts";

/** Longer runs are looked at up to here: a program or a picture is no message. Units. */
const LONGEST_RUN = 16_384;
/** Encoded runs of one text that are decoded. */
const MOST_RUNS = 64;

const HEX = /(?:\b|(?<=0x|\\x))(?:[0-9a-fA-F]{2}[ :,]?){8,}/g;
/** What it is made of, and how many units at least. */
const IN_HEX = new Uint8Array(128);
for (const unit of "0123456789abcdefABCDEF :,") IN_HEX[unit.charCodeAt(0)] = 1;
const LEAST_HEX = 16;
const PERCENT = /(?:%[0-9a-fA-F]{2})+/g;
const REFERENCE =
  /&#(?:x[0-9a-fA-F]{1,6}|\d{1,7});?|&(?:amp|quot|apos|nbsp|commat|period|colon|excl|num|lpar|rpar|sol|bsol|quest|equals|Tab|NewLine);/g;
const ESCAPE = /\\u\{[0-9a-fA-F]{1,6}\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}/g;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  quot: '"',
  apos: "'",
  nbsp: " ",
  commat: "@",
  period: ".",
  colon: ":",
  excl: "!",
  num: "#",
  lpar: "(",
  rpar: ")",
  sol: "/",
  bsol: "\\",
  quest: "?",
  equals: "=",
  Tab: "\t",
  NewLine: "\n",
};

/** The text with its character references read. */
export const decodedReferences = (text: string): string => text.replace(REFERENCE, fromReference);

/** What is decoded where it stands, with a sign that it cannot do without. */
const IN_PLACE = [
  ["%", PERCENT, fromPercent],
  ["&", REFERENCE, fromReference],
  ["\\", ESCAPE, fromEscape],
] as const;

/** Every reading of the text that differs from the text itself. */
export function decodings(view: View, shared = new Shared(view.text)): readonly View[] {
  // One reading for all three: each by itself would cost as much as the text again.
  let other = view;
  for (const [sign, pattern, decode] of IN_PLACE)
    if (other.text.includes(sign)) other = other.replaced(pattern, decode);
  const inPlace = other.text === view.text ? [] : [other];
  const { text } = view;
  return [
    ...inPlace,
    ...decoded(view, base64Runs(text, shared.get(digitRuns)), fromBase64),
    ...decoded(view, hexRuns(text), fromHex),
    ...hidden(view),
  ];
}

/** Bytes in hexadecimal. What stands before a run says whether one may begin there. */
function hexRuns(text: string): readonly Span[] {
  return longRuns(text, LEAST_HEX, isInHex).flatMap(({ start, end }) => {
    const from = Math.max(0, start - 2);
    return matchesOf(text.slice(from, end), HEX).map(({ 0: run, index }) => ({
      start: from + index,
      end: from + index + run.length,
    }));
  });
}

const isInHex = (text: string, at: number): boolean => IN_HEX[text.charCodeAt(at)] === 1;

function decoded(view: View, runs: readonly Span[], decode: (run: string) => string | undefined): readonly View[] {
  const found: View[] = [];
  for (const run of runs) {
    if (found.length >= MOST_RUNS) break;
    const text = decode(view.text.slice(run.start, Math.min(run.end, run.start + LONGEST_RUN)));
    if (text !== undefined) found.push(view.decoded(text, run));
  }
  return found;
}

/** Bytes as text, where they are text that somebody could have written: without control characters, and in UTF-8. */
export function textOfBytes(bytes: Buffer): string | undefined {
  if (bytes.length < 6 || bytes.some(isControl)) return undefined;
  const text = bytes.toString("utf8");
  return text.includes("\ufffd") ? undefined : text;
}

const isControl = (byte: number): boolean => byte < 0x09 || (byte > 0x0d && byte < 0x20) || byte === 0x7f;

function fromBase64(run: string): string | undefined {
  const digits = run.replace(/[\r\n=]/g, "");
  // One digit more than whole groups is no base64.
  const whole = digits.length % 4 === 1 ? digits.slice(0, -1) : digits;
  return textOfBytes(Buffer.from(whole, "base64"));
}

const fromHex = (run: string): string | undefined => textOfBytes(Buffer.from(run.replace(/[ :,]/g, ""), "hex"));

function fromPercent(run: string): string {
  const bytes = Buffer.from(run.replaceAll("%", ""), "hex");
  const text = bytes.toString("utf8");
  return text.includes("\ufffd") ? run : text;
}

/** Angle brackets stay as they are: `&lt;script&gt;` is how text about markup is written safely. */
function fromReference(reference: string): string {
  const name = reference.replace(/^&#?|;$/g, "");
  if (!reference.startsWith("&#")) return ENTITIES[name] ?? reference;
  const code = name.startsWith("x") ? Number.parseInt(name.slice(1), 16) : Number.parseInt(name, 10);
  return code === 0x3c || code === 0x3e ? reference : characterOf(code, reference);
}

function fromEscape(escape: string): string {
  return characterOf(Number.parseInt(escape.replace(/[^0-9a-fA-F]/g, ""), 16), escape);
}

const characterOf = (code: number, otherwise: string): string =>
  code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : otherwise;

/** Runs of tags or variation selectors that spell a text nobody sees. */
const SMUGGLED = /[\u{e0020}-\u{e007e}]{4,}|[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{6,}/gu;

function hidden(view: View): readonly View[] {
  if (!isUnseen(view.text)) return [];
  return decoded(view, matches(view.text, SMUGGLED), (run) => {
    const codes = Array.from(run, (character) => character.codePointAt(0) ?? 0);
    if ((codes[0] ?? 0) >= 0xe0020 && (codes[0] ?? 0) < 0xe0100) {
      return String.fromCodePoint(...codes.map((code) => code - 0xe0000));
    }
    return textOfBytes(Buffer.from(codes.map((code) => (code >= 0xe0100 ? code - 0xe0100 + 16 : code - 0xfe00))));
  });
}

/** Whether a text holds a message in characters that nobody sees. Flags of regions are spelled in tags as well. */
export const SMUGGLED_TEXT =
  /(?<!\u{1f3f4}[\u{e0020}-\u{e007e}]*)[\u{e0020}-\u{e007e}]{4,}|[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{4,}/gu;
