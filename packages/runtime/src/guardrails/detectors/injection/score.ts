/** Adds up what speaks for an injection, over stretches of a text. Pure. */
import type { Span } from "../../view.ts";
import { ENGLISH } from "./english.ts";
import { type Feature, headsOf, mayHold } from "./feature.ts";
import { LATIN_LANGUAGES, OTHER_LANGUAGES } from "./languages.ts";

/** A sign that was found. */
interface Sign extends Span {
  readonly name: string;
  readonly weight: number;
}

/** English has signs of every kind; of the other languages the ones that nothing else explains. */
const LATIN_SCRIPT: readonly Feature[] = [...ENGLISH, ...LATIN_LANGUAGES];

/** Signs that are further apart have nothing to do with one another. Characters. */
const REACH = 500;
const ENOUGH = 1 - 1e-9;
/** Signs that are looked at; a text with more is full of them. */
const MOST_SIGNS = 200;

// oxlint-disable-next-line no-control-regex -- Latin letters end where other scripts begin
const OTHER_SCRIPT = /[\u0370-\u1fff\u2e80-\uffdc]/;

/** The stretches of a folded text that score enough, each from its first to its last sign. */
export function injectionsIn(text: string): readonly Span[] {
  return stretches(signsIn(text));
}

function signsIn(text: string): readonly Sign[] {
  const signs: Sign[] = [];
  const present = headsOf(text);
  collect(
    text,
    LATIN_SCRIPT.filter((one) => mayHold(one, present)),
    signs,
  );
  if (OTHER_SCRIPT.test(text)) {
    for (const { script, features } of OTHER_LANGUAGES) if (script.test(text)) collect(text, features, signs);
  }
  return signs.toSorted((a, b) => a.start - b.start);
}

function collect(text: string, features: readonly Feature[], into: Sign[]): void {
  for (const { name, weight, pattern } of features) {
    for (const match of text.matchAll(pattern)) {
      if (into.length >= MOST_SIGNS) return;
      const span = { start: match.index, end: match.index + match[0].length };
      const counted = isMentioned(text, span) ? weight - MENTION : weight;
      if (counted > 0) into.push({ name, weight: counted, ...span });
    }
  }
}

function stretches(signs: readonly Sign[]): readonly Span[] {
  const found: Span[] = [];
  for (let first = 0; first < signs.length; first++) {
    const from = signs[first];
    if (from === undefined || from.start < (found.at(-1)?.end ?? 0)) continue;
    const together = signs.slice(first).filter(({ start }) => start - from.start <= REACH);
    if (scoreOf(together) >= ENOUGH) {
      found.push({ start: from.start, end: Math.max(...together.map(({ end }) => end)) });
    }
  }
  return found;
}

/** One sign of a kind counts, the heaviest: saying it again makes it no other. */
function scoreOf(signs: readonly Sign[]): number {
  const byName = new Map<string, number>();
  for (const { name, weight } of signs) byName.set(name, Math.max(weight, byName.get(name) ?? 0));
  let sum = 0;
  for (const weight of byName.values()) sum += weight;
  return sum;
}

/** What is taken off when a text speaks about injections and quotes one. */
const MENTION = 0.7;
const ABOUT =
  /\b(?:prompt[- ]injections?|jailbreak(?:s|ing)? (?:attempts?|attacks?|prompts?|techniques?)|injection attacks?|attackers?|adversar(?:y|ies|ial)|malicious|owasp|red[- ]team(?:ing|s)?|security (?:research(?:ers?)?|training|awareness|course|team|policy|review|paper)|vulnerab\w+|phish(?:ing)?|social engineering|classifiers?|detect(?:s|ed|or|ion|ing)?|article|paper|blog|chapter|lecture|workshop|slides|dataset|example of|examples of|for example|e\.g\.|such as|phrases? like|sentences? like|called|known as|the phrase|the words|the sentence|quote[ds]?|tests? that|unit tests?|test case)\b/;
const QUOTED = /["'`]/;

/** Whether the sign stands in quotation marks in a text about such things. */
function isMentioned(text: string, { start, end }: Span): boolean {
  const ahead = text.slice(Math.max(0, start - 60), start);
  const behind = text.slice(end, end + 60);
  if (!QUOTED.test(ahead) || !QUOTED.test(behind)) return false;
  return ABOUT.test(text.slice(Math.max(0, start - 200), start)) || ABOUT.test(text.slice(end, end + 160));
}
