/** The Latin words that the rules for orders are made of: a disguised text is worth reading only where it hides one of them. */
import { meanings } from "./concepts.ts";
import { ENGLISH } from "./english.ts";
import { LANGUAGES } from "./languages.ts";

/** What stands for letters in a pattern, and is none itself. */
const ESCAPE = /\\(?:[pP]\{\w+\}|u[0-9a-f]{4}|.)/g;
const LITERAL = /[a-z]{3,}/g;
/** What patterns leave to groups, or to what is repeated. */
const ENDINGS = new Set(
  (
    "|s|e|es|d|ed|t|te|n|en|r|er|ers|ing|ion|ions|tion|tions|ation|ations|ment|ments|al|ive|ives|ly|y|ies|able|ise|ize|ez|re|st|a|o|as|os|" +
    "ando|endo|i|u|um|ne|ner|em"
  ).split("|"),
);
const LONGEST_ENDING = 6;

let words: ReadonlySet<string> | undefined;

function prepared(): ReadonlySet<string> {
  const all = new Set<string>(meanings().keys());
  for (const { steps } of [...ENGLISH, ...LANGUAGES]) {
    for (const step of steps) for (const [literal] of step.replace(ESCAPE, " ").matchAll(LITERAL)) all.add(literal);
  }
  return all;
}

/** Whether some rule may be about a word, which is in lower case. */
export function isOrderWord(word: string): boolean {
  words ??= prepared();
  for (let end = word.length; end >= Math.max(1, word.length - LONGEST_ENDING); end--) {
    if (ENDINGS.has(word.slice(end)) && words.has(word.slice(0, end))) return true;
  }
  return false;
}
