/** Adds up what speaks for an injection, over stretches of a text. Pure. */
import type { Span } from "../../view.ts";
import { ENGLISH } from "./english.ts";
import { LANGUAGES } from "./languages.ts";
import { SignFinder } from "./sign.ts";

/** What a sign counts for. */
interface Mark extends Span {
  readonly name: string;
  readonly weight: number;
}

const FEATURES = new SignFinder([...ENGLISH, ...LANGUAGES]);

/** Signs that are further apart have nothing to do with one another. Characters. */
const REACH = 500;
const ENOUGH = 1 - 1e-9;

/** The stretches of a folded text that score enough, each from its first to its last sign. */
export function injectionsIn(text: string): readonly Span[] {
  return stretches(marksIn(text));
}

function marksIn(text: string): readonly Mark[] {
  const marks: Mark[] = [];
  for (const { feature, start, end } of FEATURES.find(text)) {
    const weight = isMentioned(text, { start, end }) ? feature.weight - MENTION : feature.weight;
    if (weight > 0) marks.push({ name: feature.name, weight, start, end });
  }
  return marks;
}

function stretches(signs: readonly Mark[]): readonly Span[] {
  const found: Span[] = [];
  for (let first = 0; first < signs.length; first++) {
    const from = signs[first];
    if (from === undefined || from.start < (found.at(-1)?.end ?? 0)) continue;
    const together = marksFrom(signs, first, from.start + REACH);
    if (scoreOf(together) >= ENOUGH) {
      found.push({ start: from.start, end: Math.max(...together.map(({ end }) => end)) });
    }
  }
  return found;
}

/** The marks from one on that begin up to a place. */
function marksFrom(marks: readonly Mark[], first: number, last: number): readonly Mark[] {
  let end = first;
  while ((marks[end]?.start ?? Number.POSITIVE_INFINITY) <= last) end++;
  return marks.slice(first, end);
}

/** One sign of a kind counts, the heaviest: saying it again makes it no other. */
function scoreOf(signs: readonly Mark[]): number {
  const byName = new Map<string, number>();
  for (const { name, weight } of signs) byName.set(name, Math.max(weight, byName.get(name) ?? 0));
  let sum = 0;
  for (const weight of byName.values()) sum += weight;
  return sum;
}

/** What is taken off when a text speaks about injections and quotes one. */
const MENTION = 0.7;
const ABOUT =
  /\b(?:prompt[- ]injections?|jailbreak(?:s|ing)? (?:attempts?|attacks?|prompts?|techniques?)|injection attacks?|attackers?|adversar(?:y|ies|ial)|malicious|owasp|red[- ]team(?:ing|s)?|security (?:research(?:ers?)?|training|awareness|course|team|policy|review|paper)|vulnerab\w+|phish(?:ing)?|social engineering|classifiers?|detect(?:s|ed|or|ion|ing)?|article|paper|blog|chapter|lecture|workshop|slides|dataset|example of|examples of|for example|e\.g\.|such as|phrases? like|sentences? like|called|known as|the phrase|the words|the sentence|quote[ds]?|tests? (?:that|if|whether|check)|unit tests?|test case)\b/;
const QUOTED = /["'`]/;

/** Whether the sign stands in quotation marks in a text about such things. */
function isMentioned(text: string, { start, end }: Span): boolean {
  const ahead = text.slice(Math.max(0, start - 60), start);
  const behind = text.slice(end, end + 60);
  if (!QUOTED.test(ahead) || !QUOTED.test(behind)) return false;
  return ABOUT.test(text.slice(Math.max(0, start - 200), start)) || ABOUT.test(text.slice(end, end + 160));
}
