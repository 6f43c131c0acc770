/** How much the words of a passage sound like orders to a model: a linear model, fitted to the labelled texts by a script. Pure. */
import type { Span } from "../../view.ts";
import { featureOf, isPair, type Sentence, SINGLE_FEATURES, sentencesOf, type Vocabulary } from "./sentences.ts";
import { BIAS, WEIGHTS } from "./weights.ts";
import { Words } from "./words.ts";

/** One sentence, or two in a row. */
export interface Passage extends Span {
  /** 1 or more is enough by itself, below 0 speaks against it. */
  readonly score: number;
}

/** What the model takes from a passage that speaks against it as much as one sign speaks for it; signs and words are weighed against each other by it. */
const SCALE = 1.6;
/** What it gives to a passage that is just enough by itself: in a long one more speaks for it by chance. From so few words to so many. */
const ENOUGH = { words: [14, 28], weight: [0.8, 2.6] } as const;
/** Features that a passage has to have for the model to say anything: of other languages it knows next to nothing. */
const LEAST_KNOWN = 3;

/** Weights have two decimals. */
const HUNDREDTHS = 100;

/** No signs make up for a score below this. */
const QUIET = -0.6;

/** In hundredths, as the table has them: sums of them are exact, in whatever order. What has no weight weighs nothing. */
class FeatureWeights {
  readonly #single = new Int16Array(SINGLE_FEATURES);
  /** Of two words in a row. */
  readonly #rows = new Map<number, number>();

  set(feature: number, weight: number): void {
    if (feature < SINGLE_FEATURES) this.#single[feature] = weight;
    else this.#rows.set(feature, weight);
  }

  of(feature: number): number {
    return (feature < SINGLE_FEATURES ? this.#single[feature] : this.#rows.get(feature)) ?? 0;
  }
}

/** Words and features of the model. Made when a text is first looked at. */
interface Model {
  readonly weights: FeatureWeights;
  readonly vocabulary: Vocabulary;
}
let model: Model | undefined;

function prepared(): Model {
  const words = new Words();
  const weights = new FeatureWeights();
  for (const entry of WEIGHTS.trim().split(/\s+/)) {
    const [name = "", weight = ""] = entry.split("=");
    weights.set(
      featureOf(name, (word) => words.idOf(word)),
      Math.round(Number(weight) * HUNDREDTHS),
    );
  }
  const known = words.inTexts();
  const vocabulary: Vocabulary = {
    wordAt: (text, start, end) => known.find(text, start, end),
    has: (feature) => weights.of(feature) !== 0,
  };
  return { weights, vocabulary };
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
  const weighed = sentences.map((sentence) => ({ sentence, weight: weightOf(sentence.features, weights) }));
  const passages: Passage[] = [];
  const most = sentences.map(({ isKnown }) => (isKnown ? Number.NEGATIVE_INFINITY : 0));
  const note = (first: number, last: number, score: number | undefined): void => {
    if (score !== undefined)
      passages.push({ start: sentences[first]?.start ?? 0, end: sentences[last]?.end ?? 0, score });
    most[first] = Math.max(most[first] ?? 0, score ?? 0);
    most[last] = Math.max(most[last] ?? 0, score ?? 0);
  };
  for (let index = 0; index < weighed.length; index++) {
    const first = weighed[index];
    const second = weighed[index + 1];
    if (first === undefined) break;
    note(index, index, scoreOf(first));
    if (second === undefined || !isPair(first.sentence, second.sentence)) continue;
    note(index, index + 1, scoreOfPair(first, second, weights));
  }
  return {
    passages,
    open: without(
      text,
      sentences.filter((_, index) => (most[index] ?? 0) < QUIET),
    ),
  };
}

/** A sentence, and what its features weigh together. */
interface Weighed {
  readonly sentence: Sentence;
  readonly weight: number;
}

function weightOf(features: readonly number[], weights: FeatureWeights): number {
  let sum = 0;
  for (const feature of features) sum += weights.of(feature);
  return sum;
}

const scoreOf = ({ sentence, weight }: Weighed): number | undefined =>
  scoreFor(sentence.features.length, sentence.words, weight);

/** What two sentences in a row score: what both have counts once. */
function scoreOfPair(first: Weighed, second: Weighed, weights: FeatureWeights): number | undefined {
  const { features, again, words } = second.sentence;
  return scoreFor(
    first.sentence.features.length + features.length - again.length,
    first.sentence.words + words,
    first.weight + second.weight - weightOf(again, weights),
  );
}

/** Nothing where too little is known. */
function scoreFor(known: number, words: number, weight: number): number | undefined {
  if (known < LEAST_KNOWN) return undefined;
  const sum = (Math.round(BIAS * HUNDREDTHS) + weight) / HUNDREDTHS;
  return sum / (sum > 0 ? enoughFor(words) : SCALE);
}

function enoughFor(words: number): number {
  const [few, many] = ENOUGH.words;
  const [least, most] = ENOUGH.weight;
  return least + (most - least) * Math.min(1, Math.max(0, (words - few) / (many - few)));
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
