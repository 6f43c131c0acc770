/** What characters become where texts are read in one form: by tables, filled as characters are met. */

/** Characters that are not seen and part nothing: zero width, joiners, soft hyphen, variation selectors, tags, turns of direction. */
const INVISIBLE =
  // oxlint-disable-next-line no-misleading-character-class -- each by itself is meant
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/u;
/** Whether a text has any of them. */
export const isUnseen = (text: string): boolean => INVISIBLE.test(text);

const DASH = /[\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d\u30fc]/;
const DOT = /[\u2024\u3002\uff0e\uff61]/;
const QUOTE = /[\u2018\u2019\u201a\u201b\u2032\u00b4]/;
const DOUBLE_QUOTE = /[\u201c-\u201f\u2033\u00ab\u00bb]/;
const MARKS = /\p{Mn}/gu;
/** Digits of other scripts; those that are only drawn otherwise have a compatible form. */
const DIGIT = /[\p{Nd}--\p{Changes_When_NFKC_Casefolded}]/v;

/** By unit of the basic plane, once it was looked at: the unit that it becomes, or one of the three below, which no unit becomes that stands alone. */
const FOLDED = new Uint16Array(0x1_00_00);
/** Not looked at yet, or no single unit of its own. */
export const OTHERWISE = 0;
/** A mark on a letter: nothing is left of it. */
export const MARK = 0xdc00;
/** A character that is not seen: nothing is left of it. */
export const UNSEEN = 0xdc01;
for (let code = 0; code < 0xa0; code++) {
  const isControl = code < 0x20 ? code < 0x09 || code > 0x0d : code >= 0x7f;
  FOLDED[code] = isControl ? UNSEEN : code;
}

/** What a unit becomes: another one, {@link MARK}, {@link UNSEEN}, or {@link OTHERWISE}, where {@link fold} knows. */
export const foldedUnit = (code: number): number => FOLDED[code] ?? OTHERWISE;

/** Folded forms of the other characters, those outside of the basic plane and those that become several; a text has few. */
const known = new Map<string, string>();
const MOST_KNOWN = 20_000;

/** A character as detectors read it; nothing for a mark and for one that is not seen. */
export function fold(character: string): string {
  const before = known.get(character);
  if (before !== undefined) return before;
  const folded = foldAnew(character);
  if (character.length === 1 && folded.length <= 1 && !isSurrogate(character)) {
    FOLDED[character.charCodeAt(0)] = folded === "" ? nothingOf(character) : folded.charCodeAt(0);
    return folded;
  }
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(character, folded);
  return folded;
}

const nothingOf = (character: string): number => (isUnseen(character) ? UNSEEN : MARK);

const isSurrogate = (character: string): boolean => (character.charCodeAt(0) & 0xf800) === 0xd800;

function foldAnew(character: string): string {
  if (INVISIBLE.test(character)) return "";
  if (DASH.test(character)) return character === "\u30fc" ? character : "-";
  if (DOT.test(character)) return ".";
  if (QUOTE.test(character)) return "'";
  if (DOUBLE_QUOTE.test(character)) return '"';
  if (DIGIT.test(character)) return String(digitOf(character));
  return foldText(character);
}

/** Every script has its ten in a row. */
function digitOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  let zero = code;
  while (code - zero < 9 && DIGIT.test(String.fromCodePoint(zero - 1))) zero--;
  return code - zero;
}

/** What the normaliser makes of visible text, for patterns that are to match what it made. */
export const foldText = (text: string): string => text.normalize("NFKD").replace(MARKS, "").normalize("NFKC");
