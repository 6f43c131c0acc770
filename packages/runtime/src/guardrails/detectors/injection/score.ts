/** Adds up what speaks for an injection, over stretches of a text: signs, and the wording around them. Pure. */
import type { Span } from "../../view.ts";
import { ENGLISH } from "./english.ts";
import type { Feature } from "./feature.ts";
import { LANGUAGES } from "./languages.ts";
import { SignFinder } from "./sign.ts";
import { type Passage, wordingOf } from "./wording.ts";

/** What a sign counts for. */
interface Mark extends Span {
  readonly name: string;
  readonly weight: number;
  /** Whether it is one of another language than English. */
  readonly isForeign: boolean;
}

const FEATURES = new SignFinder([...ENGLISH, ...LANGUAGES]);

const FOREIGN: ReadonlySet<Feature> = new Set(LANGUAGES);

/** Signs that are further apart have nothing to do with one another. Characters. */
const REACH = 500;
const ENOUGH = 1 - 1e-9;

/** The stretches of a folded text that score enough: passages by their words alone, and signs with the passages that they stand in. */
export function injectionsIn(text: string): readonly Span[] {
  const { passages, open } = wordingOf(text);
  return [...byWords(passages), ...stretches(marksIn(text, open), passages)];
}

const isEnough = ({ score }: Passage): boolean => score >= ENOUGH;

/** Passages that are enough by themselves: of two sentences not both, where one is. */
const byWords = (passages: readonly Passage[]): readonly Span[] =>
  passages.filter(
    (passage, index) =>
      isEnough(passage) &&
      // What lies within a pair stands right before and right after it.
      !isEnoughWithin(passages[index - 1], passage) &&
      !isEnoughWithin(passages[index + 1], passage),
  );

const isEnoughWithin = (inner: Passage | undefined, outer: Passage): boolean =>
  inner !== undefined && inner.start >= outer.start && inner.end <= outer.end && isEnough(inner);

function marksIn(text: string, open: readonly Span[]): readonly Mark[] {
  const marks: Mark[] = [];
  for (const { feature, start, end } of FEATURES.find(text, open)) {
    const weight = isMentioned(text, { start, end }) ? feature.weight - MENTION : feature.weight;
    if (weight > 0) marks.push({ name: feature.name, weight, isForeign: FOREIGN.has(feature), start, end });
  }
  return marks;
}

function stretches(signs: readonly Mark[], passages: readonly Passage[]): readonly Span[] {
  const found: Span[] = [];
  let passed = 0;
  for (let first = 0; first < signs.length; first++) {
    const from = signs[first];
    if (from === undefined || from.start < (found.at(-1)?.end ?? 0)) continue;
    const together = marksFrom(signs, first, from.start + REACH);
    const span = { start: from.start, end: Math.max(...together.map(({ end }) => end)) };
    // Passages end in their order as well: those that end before this sign end before all that come.
    while ((passages[passed]?.end ?? Number.POSITIVE_INFINITY) <= from.start) passed++;
    const wording = meanOf(passagesFrom(passages, passed, span.end), together);
    // What the words of English take off says nothing of another language.
    const isForeign = together.some((mark) => mark.isForeign);
    if (scoreOf(together) + (isForeign ? Math.max(0, wording) : wording) >= ENOUGH) found.push(span);
  }
  return found;
}

/** The passages from one on that begin before a place. */
function passagesFrom(passages: readonly Passage[], first: number, last: number): readonly Passage[] {
  let end = first;
  while ((passages[end]?.start ?? Number.POSITIVE_INFINITY) < last) end++;
  return passages.slice(first, end);
}

/** What the words of the passages that some signs stand in add, or take off. */
function meanOf(passages: readonly Passage[], signs: readonly Span[]): number {
  const around = passages.filter((one) => signs.some(({ start, end }) => one.start < end && one.end > start));
  return around.length === 0 ? 0 : around.reduce((sum, { score }) => sum + score, 0) / around.length;
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
