/**
 * One form for what looks the same: compatibility characters, marks on letters, invisible characters, dashes and spaces. Pure, linear, and
 * with the way back to the original, so that what is found can be taken out of it.
 */
import { latinOf } from "./confusables.ts";
import { textOf, unitsOf } from "./units.ts";
import { Edits, View } from "./view.ts";

// oxlint-disable-next-line no-control-regex -- plain ASCII is what most texts are
const ASCII = /^[\u0000-\u007f]*$/;

/** Characters that are not seen and part nothing: zero width, joiners, soft hyphen, variation selectors, tags, turns of direction. */
export const INVISIBLE =
  // oxlint-disable-next-line no-misleading-character-class -- each by itself is meant
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/u;
const DASH = /[\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d\u30fc]/;
const DOT = /[\u2024\u3002\uff0e\uff61]/;
const QUOTE = /[\u2018\u2019\u201a\u201b\u2032\u00b4]/;
const DOUBLE_QUOTE = /[\u201c-\u201f\u2033\u00ab\u00bb]/;
const MARKS = /\p{Mn}/gu;

/** By unit of the basic plane, once it was looked at: the unit that it becomes, or one of the marks, which no unit becomes that stands alone. */
const FOLDED = new Uint16Array(0x1_00_00);
/** Not looked at yet, or no single unit of its own. */
const OTHERWISE = 0;
const REMOVED = 0xdc00;

/** Folded forms of the other characters, those outside of the basic plane and those that become several; a text has few. */
const known = new Map<string, string>();
const MOST_KNOWN = 20_000;

/** A character as detectors read it; nothing for one that is not seen. */
function fold(character: string): string {
  const before = known.get(character);
  if (before !== undefined) return before;
  const folded = foldAnew(character);
  if (character.length === 1 && folded.length <= 1 && !isSurrogate(character)) {
    FOLDED[character.charCodeAt(0)] = folded === "" ? REMOVED : folded.charCodeAt(0);
    return folded;
  }
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(character, folded);
  return folded;
}

const isSurrogate = (character: string): boolean => (character.charCodeAt(0) & 0xf800) === 0xd800;

function foldAnew(character: string): string {
  if (INVISIBLE.test(character)) return "";
  if (DASH.test(character)) return character === "\u30fc" ? character : "-";
  if (DOT.test(character)) return ".";
  if (QUOTE.test(character)) return "'";
  if (DOUBLE_QUOTE.test(character)) return '"';
  return foldText(character);
}

/** What the normaliser makes of visible text, for patterns that are to match what it made. */
export const foldText = (text: string): string => text.normalize("NFKD").replace(MARKS, "").normalize("NFKC");

/** The text without what only the eye or only the machine sees: NFKC, no marks, no invisible characters, plain dashes, dots and quotes. */
export function cleaned(whole: View): View {
  const { text } = whole;
  if (ASCII.test(text)) return whole;
  const first = firstChanged(text);
  return first === text.length ? whole : cleanedFrom(whole, first);
}

/** The first unit that does not stay as it is. */
function firstChanged(text: string): number {
  let at = 0;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80 || FOLDED[code] === code) continue;
    const character = String.fromCodePoint(text.codePointAt(at) ?? code);
    if (FOLDED[code] !== OTHERWISE || fold(character) !== character) break;
    at += character.length - 1;
  }
  return at;
}
/** What comes before `first` stays. */
function cleanedFrom(whole: View, first: number): View {
  const { text } = whole;
  const edits = new Edits();
  let units = unitsOf(text);
  let length = first;
  for (let at = first; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const unit = code < 0x80 ? code : (FOLDED[code] ?? OTHERWISE);
    if (unit === REMOVED) edits.add(length, 0, at, at + 1);
    else if (unit !== OTHERWISE || code === 0) units[length++] = unit;
    else {
      const character = String.fromCodePoint(text.codePointAt(at) ?? code);
      const folded = fold(character);
      const end = at + character.length;
      if (folded.length !== 1 || character.length !== 1) edits.add(length, folded.length, at, end);
      units = withRoom(units, length + folded.length + text.length - end);
      for (let index = 0; index < folded.length; index++) units[length++] = folded.charCodeAt(index);
      at = end - 1;
    }
  }
  return new View(textOf(units, length), whole, edits.isEmpty ? undefined : edits);
}

/** One character may become eighteen. */
function withRoom(units: Uint16Array, length: number): Uint16Array {
  if (length <= units.length) return units;
  const more = new Uint16Array(2 * length);
  more.set(units);
  return more;
}

/** Lower case, unit by unit, so that no offset moves. */
export function lowered(view: View): View {
  const lower = view.text.toLowerCase();
  if (lower === view.text) return view;
  if (lower.length !== view.text.length) return view.replaced(/\p{Lu}/gu, (letter) => letter.toLowerCase());
  return view.withText(lower);
}

/** A text as the rules for orders read it first. */
export const foldedText = (text: string): string => lowered(cleaned(new View(text))).text;

/** Letters of other scripts as the Latin ones that they look like; the same view where there are none. */
export function latinised(view: View): View {
  const latin = latinOf(view.text);
  return latin === view.text ? view : view.withText(latin);
}
