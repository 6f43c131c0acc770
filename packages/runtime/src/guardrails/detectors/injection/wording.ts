/** How much the words of a passage sound like orders to a model: a linear model, fitted to the labelled texts by a script. Pure. */
import type { Span } from "../../view.ts";
import { featureOf, type Sentence, sentencesOf, type Vocabulary } from "./sentences.ts";
import { BIAS, WEIGHTS } from "./weights.ts";
import { Words } from "./words.ts";

/** One sentence, or two in a row. */
export interface Passage extends Span {
  /** 1 or more is enough by itself, below 0 speaks against it. */
  readonly score: number;
}

/** What the model gives to a passage that is just enough by itself; signs and words are weighed against each other by it. */
const SCALE = 2.5;
/** Features that a passage has to have for the model to say anything: of other languages it knows next to nothing. */
const LEAST_KNOWN = 3;

/** No signs make up for a score below this. */
const QUIET = -0.6;

/** Words and features of the model. Made when a text is first looked at. */
interface Model {
  readonly weights: ReadonlyMap<number, number>;
  readonly vocabulary: Vocabulary;
}
let model: Model | undefined;

function prepared(): Model {
  const words = new Words();
  const weights = new Map<number, number>();
  for (const entry of WEIGHTS.trim().split(/\s+/)) {
    const [name = "", weight = ""] = entry.split("=");
    weights.set(
      featureOf(name, (word) => words.idOf(word)),
      Number(weight),
    );
  }
  return { weights, vocabulary: { wordOf: (word) => words.known(word), has: (feature) => weights.has(feature) } };
}

/** What the model makes of a text. */
export interface Wording {
  /** Those of which it has something to say. */
  readonly passages: readonly Passage[];
  /** Where signs are worth looking for: all but sentences of common words that speak clearly against it. */
  readonly open: readonly Span[];
}

/** Reads a folded text. */
export function wordingOf(text: string): Wording {
  model ??= prepared();
  const { weights, vocabulary } = model;
  const sentences = sentencesOf(text, vocabulary);
  const passages: Passage[] = [];
  const most = sentences.map(({ isKnown }) => (isKnown ? Number.NEGATIVE_INFINITY : 0));
  for (const [index, first] of sentences.entries()) {
    for (const last of [index, index + 1]) {
      const second = sentences[last];
      if (second === undefined) break;
      const score = scoreOf(first, second, weights);
      if (score !== undefined) passages.push({ start: first.start, end: second.end, score });
      for (const one of [index, last]) most[one] = Math.max(most[one] ?? 0, score ?? 0);
    }
  }
  return {
    passages,
    open: without(
      text,
      sentences.filter((_, index) => (most[index] ?? 0) < QUIET),
    ),
  };
}

/** What one sentence scores, or two in a row; nothing where too little of them is known. */
function scoreOf(first: Sentence, second: Sentence, weights: ReadonlyMap<number, number>): number | undefined {
  let known = first.features.size;
  let sum = BIAS;
  for (const feature of first.features) sum += weights.get(feature) ?? 0;
  for (const feature of second.features) {
    if (first.features.has(feature)) continue;
    known++;
    sum += weights.get(feature) ?? 0;
  }
  return known < LEAST_KNOWN ? undefined : sum / SCALE;
}

/** What is left of a text without some ranges, which are in order. */
function without(text: string, ranges: readonly Span[]): readonly Span[] {
  const left: Span[] = [];
  let start = 0;
  for (const range of ranges) {
    if (range.start > start) left.push({ start, end: range.start });
    start = range.end;
  }
  if (start < text.length) left.push({ start, end: text.length });
  return left;
}
