/**
 * Letters of other scripts that are drawn like Latin ones: the part of Unicode's confusables (UTS #39) that stands for a-z after
 * compatibility folding, by script. Full-width, mathematical and enclosed letters are no part of it: NFKC folds those.
 */
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

const LATIN: ReadonlyMap<string, string> = new Map(
  PAIRS.flatMap(([others, latin]) => {
    const letters = Array.from(latin);
    return Array.from(others).map((other, index): [string, string] => [other, letters[index] ?? other]);
  }),
);

/** Any letter that has a Latin look-alike. */
export const CONFUSABLE = new RegExp(`[${[...LATIN.keys()].join("")}]`, "gu");

/** The Latin letter that it looks like. */
export const latinOf = (letter: string): string => LATIN.get(letter) ?? letter;
