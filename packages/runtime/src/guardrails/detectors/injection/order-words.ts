/** The Latin words that the rules for orders are made of: a disguised text is worth reading only where it hides one of them. */
import { LetterTrie, NOWHERE } from "../../letter-trie.ts";
import { meanings } from "./concepts.ts";
import { ENGLISH } from "./english.ts";
import { LANGUAGES } from "./languages.ts";

/** What stands for letters in a pattern, and is none itself. */
const ESCAPE = /\\(?:[pP]\{\w+\}|u[0-9a-f]{4}|.)/g;
const LITERAL = /[a-z]{3,}/g;
/** What patterns leave to groups, or to what is repeated. */
const ENDINGS = (
  "|s|e|es|d|ed|t|te|n|en|r|er|ers|ing|ion|ions|tion|tions|ation|ations|ment|ments|al|ive|ives|ly|y|ies|able|ise|ize|ez|re|st|a|o|as|os|" +
  "ando|endo|i|u|um|ne|ner|em"
).split("|");
const LONGEST_ENDING = 6;
/** By length: a look into a set would cost a copy of the word's end. */
const BY_LENGTH = Array.from({ length: LONGEST_ENDING + 1 }, (_, length) =>
  ENDINGS.filter((ending) => ending.length === length),
);

let words: LetterTrie<true> | undefined;

function prepared(): LetterTrie<true> {
  const all = new Set<string>(meanings().keys());
  for (const { steps } of [...ENGLISH, ...LANGUAGES]) {
    for (const step of steps) for (const [literal] of step.replace(ESCAPE, " ").matchAll(LITERAL)) all.add(literal);
  }
  return new LetterTrie(new Map(Array.from(all, (word) => [word, true] as const)));
}

/** Whether some rule may be about a word, which is in lower case: whether one of its words, and an ending, are all of it. */
export function isOrderWord(word: string): boolean {
  words ??= prepared();
  let node = words.begin(word.charCodeAt(0));
  for (let end = 1; node !== NOWHERE; end++) {
    if (words.valueAt(node) === true && isEnding(word, end)) return true;
    node = end < word.length ? words.next(node, word.charCodeAt(end)) : NOWHERE;
  }
  return false;
}

const isEnding = (word: string, start: number): boolean =>
  BY_LENGTH[word.length - start]?.some((ending) => word.startsWith(ending, start)) === true;
