/** Words of a text, as the index counts them: lower case, compatibility forms folded, endings of plurals cut. Pure. */

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const LONGEST_WORD = 64;

/** The words of a text, in their order. Scripts without spaces (Chinese, Japanese, Thai) count by pairs of letters. */
export function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  for (const [found] of text.normalize("NFKC").toLowerCase().matchAll(WORD)) {
    if (UNSPACED.test(found)) words.push(...pairsOf(found));
    else words.push(stem(found.slice(0, LONGEST_WORD)));
  }
  return words;
}

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

function pairsOf(text: string): readonly string[] {
  const letters = text.match(/./gsu) ?? [];
  if (letters.length === 1) return letters;
  return letters.slice(1).map((letter, index) => `${letters[index] ?? ""}${letter}`);
}

/** Enough that `queues` finds `queue`; what it gets wrong, it gets wrong in question and text alike. */
function stem(word: string): string {
  if (word.length <= 3 || !word.endsWith("s") || word.endsWith("ss") || word.endsWith("us")) return word;
  return word.endsWith("ies") && word.length > 4 ? `${word.slice(0, -3)}y` : word.slice(0, -1);
}
