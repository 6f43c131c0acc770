/** What a text holds in other encodings, one level deep: base64, hexadecimal, percent signs, character references, escapes. Pure. */
import { INVISIBLE } from "./normalise.ts";
import type { View } from "./view.ts";

/** Longer runs are looked at up to here: a program or a picture is no message. Units. */
const LONGEST_RUN = 16_384;
/** Encoded runs of one text that are decoded. */
const MOST_RUNS = 64;

const BASE64 = /[A-Za-z0-9+/_-]{11,}(?:\r?\n[A-Za-z0-9+/_-]{4,})*={0,2}/g;
const HEX = /(?:\b|(?<=0x|\\x))(?:[0-9a-fA-F]{2}[ :,]?){8,}/g;
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

/** Every reading of the text that differs from the text itself. */
export function decodings(view: View): readonly View[] {
  // One reading for all three: each by itself would cost as much as the text again.
  const other = view.replaced(PERCENT, fromPercent).replaced(REFERENCE, fromReference).replaced(ESCAPE, fromEscape);
  const inPlace = other.text === view.text ? [] : [other];
  return [...inPlace, ...runs(view, BASE64, fromBase64), ...runs(view, HEX, fromHex), ...hidden(view)];
}

function runs(view: View, pattern: RegExp, decode: (run: string) => string | undefined): readonly View[] {
  const found: View[] = [];
  for (const match of view.text.matchAll(pattern)) {
    if (found.length >= MOST_RUNS) break;
    const text = decode(match[0].slice(0, LONGEST_RUN));
    if (text !== undefined) found.push(view.decoded(text, { start: match.index, end: match.index + match[0].length }));
  }
  return found;
}

/** Bytes as text, where they are text that somebody could have written. */
function textOf(bytes: Buffer): string | undefined {
  if (bytes.length < 6) return undefined;
  const text = bytes.toString("utf8");
  // oxlint-disable-next-line no-control-regex -- bytes that are no text are full of them, or of what stands for what is no UTF-8
  return /[\u0000-\u0008\u000e-\u001f\u007f\ufffd]/.test(text) ? undefined : text;
}

/** Words of a language and names in programs: base 64 of a text mixes cases. */
const WORDS = /^(?:[A-Z]?[a-z]+|[A-Z]+)(?:[-_/+](?:[A-Z]?[a-z]+|[A-Z]+|\d+))*$/;

function fromBase64(run: string): string | undefined {
  if (WORDS.test(run)) return undefined;
  const digits = run.replace(/[\r\n=]/g, "");
  // One digit more than whole groups is no base64.
  const whole = digits.length % 4 === 1 ? digits.slice(0, -1) : digits;
  return textOf(Buffer.from(whole.replaceAll("-", "+").replaceAll("_", "/"), "base64"));
}

const fromHex = (run: string): string | undefined => textOf(Buffer.from(run.replace(/[ :,]/g, ""), "hex"));

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

const fromEscape = (escape: string): string =>
  characterOf(Number.parseInt(escape.replace(/[^0-9a-fA-F]/g, ""), 16), escape);

const characterOf = (code: number, otherwise: string): string =>
  code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : otherwise;

/** Runs of tags or variation selectors that spell a text nobody sees. */
const SMUGGLED = /[\u{e0020}-\u{e007e}]{4,}|[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{6,}/gu;

function hidden(view: View): readonly View[] {
  if (!INVISIBLE.test(view.text)) return [];
  return runs(view, SMUGGLED, (run) => {
    const codes = Array.from(run, (character) => character.codePointAt(0) ?? 0);
    if ((codes[0] ?? 0) >= 0xe0020 && (codes[0] ?? 0) < 0xe0100) {
      return String.fromCodePoint(...codes.map((code) => code - 0xe0000));
    }
    return textOf(Buffer.from(codes.map((code) => (code >= 0xe0100 ? code - 0xe0100 + 16 : code - 0xfe00))));
  });
}

/** Whether a text holds a message in characters that nobody sees. Flags of regions are spelled in tags as well. */
export const SMUGGLED_TEXT =
  /(?<!\u{1f3f4}[\u{e0020}-\u{e007e}]*)[\u{e0020}-\u{e007e}]{4,}|[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{4,}/gu;
