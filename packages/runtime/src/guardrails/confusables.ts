/**
 * Letters of other scripts that are drawn like Latin ones: the part of Unicode's confusables (UTS #39) that stands for a-z after
 * compatibility folding, by script. Full-width, mathematical and enclosed letters are no part of it: NFKC folds those.
 */
import { textOf, unitsOf } from "./units.ts";

const PAIRS: readonly (readonly [string, string])[] = [
  // Cyrillic
  ["аеіјорсухѕԁһԛԝѵӏьгкмнтвпилдёєӕ", "aeijopcyxsdhqwvlbrkmhtbnnnneeæ"],
  ["АВЕІЈКМНОРСТУХЅԌԚԜ", "abeijkmhopctyxsgqw"],
  // Greek
  ["αβγεικνορτυχωηζμϲϳ", "abyeiknoptuxwnzucj"],
  ["ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "abezhikmnoptyx"],
  // Armenian, Cherokee, Latin of the phonetic alphabet and of other languages
  ["օսհոցզԁԛսյ", "ouhngqdquj"],
  ["ᎪᏴᏟᎠᎬᎻᎫᏦᏞᎷᎾᏢᏒᏚᎢᏙᏔᎥ", "abcdehjklmoprstvwi"],
  ["ɑɡɩıȷʟɴɪʀʙʜɢᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢøłđħŧ", "agiijlnirbhgacdejkmoptuvwzoldht"],
];

/** By unit: the unit of the Latin letter that it looks like, or 0. All of them are single units. */
const LATIN = new Uint16Array(0x1_00_00);
for (const [others, latin] of PAIRS) {
  const letters = Array.from(latin);
  for (const [index, other] of Array.from(others).entries()) {
    LATIN[other.charCodeAt(0)] = letters[index]?.charCodeAt(0) ?? 0;
  }
}

/** What most texts are made of: none of it looks like a Latin letter that it is not. */
// oxlint-disable-next-line no-control-regex -- all of ASCII is meant
const ASCII = /^[\0-\u007f]*$/;

/** The text with Latin letters in place of their look-alikes, unit for unit; the text itself where there are none. */
export function latinOf(text: string): string {
  if (ASCII.test(text)) return text;
  let latin: Uint16Array | undefined;
  for (let at = 0; at < text.length; at++) {
    const letter = LATIN[text.charCodeAt(at)] ?? 0;
    if (letter === 0) continue;
    latin ??= unitsOf(text);
    latin[at] = letter;
  }
  return latin === undefined ? text : textOf(latin, text.length);
}

/** Whether any letter of it looks like a Latin one. */
export function hasConfusable(text: string): boolean {
  if (ASCII.test(text)) return false;
  for (let at = 0; at < text.length; at++) if (LATIN[text.charCodeAt(at)] !== 0) return true;
  return false;
}
