/**
 * One form for what looks the same: compatibility characters, marks on letters, invisible characters, dashes and spaces. Pure, linear, and
 * with the way back to the original, so that what is found can be taken out of it.
 */
import { CONFUSABLE, latinOf } from "./confusables.ts";
import { type View, ViewBuilder } from "./view.ts";

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

/** Folded forms by character; a text in any language has a few hundred. */
const known = new Map<string, string>();
const MOST_KNOWN = 20_000;

/** A character as detectors read it; nothing for one that is not seen. */
function fold(character: string): string {
  const before = known.get(character);
  if (before !== undefined) return before;
  const folded = foldAnew(character);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(character, folded);
  return folded;
}

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
  const builder = new ViewBuilder(whole);
  let keptFrom = 0;
  let at = 0;
  for (const character of text) {
    const next = at + character.length;
    if (character > "\u007f") {
      const folded = fold(character);
      if (folded !== character) {
        builder.keep(keptFrom, at);
        builder.put(folded, { start: at, end: next });
        keptFrom = next;
      }
    }
    at = next;
  }
  if (keptFrom === 0) return whole;
  builder.keep(keptFrom, text.length);
  return builder.build();
}

/** Lower case, unit by unit, so that no offset moves. */
export function lowered(view: View): View {
  const lower = view.text.toLowerCase();
  if (lower === view.text) return view;
  if (lower.length !== view.text.length) return view.replaced(/\p{Lu}/gu, (letter) => letter.toLowerCase());
  return view.withText(lower);
}

/** Letters of other scripts as the Latin ones that they look like. */
export const latinised = (view: View): View => view.replaced(CONFUSABLE, latinOf);
