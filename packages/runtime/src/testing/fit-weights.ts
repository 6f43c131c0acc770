/**
 * Fits the weights of what words sound like orders to a model: logistic regression over the labelled texts, a text being as bad as its worst
 * passage. Deterministic: the same texts give the same weights.
 */

import {
  featureName,
  isPair,
  type KnownWord,
  type Sentence,
  sentencesOf,
} from "../guardrails/detectors/injection/sentences.ts";
import { Words } from "../guardrails/detectors/injection/words.ts";
import { foldedText } from "../guardrails/normalise.ts";
import type { LabelledRow } from "./labelled-rows.ts";

/** A text to learn from: the features of its passages. */
export interface Example {
  readonly isInjection: boolean;
  readonly passages: readonly (readonly number[])[];
}

export interface Weights {
  readonly bias: number;
  readonly weights: ReadonlyMap<string, number>;
}

/** A feature has to be in so many texts. */
const LEAST_TEXTS = 4;
/** Weights below this are left out. */
const LEAST_WEIGHT = 0.1;
const ROUNDS = 120;
/** In the first rounds all of an injection counts, then its worst passage. */
const WHOLE_ROUNDS = 15;
const RATE = 0.15;
/** Keeps weights small. */
const DECAY = 0.0005;

const RULE = "injection.orders";

/** Weights for texts; encoded ones say the same as their plain forms and are left out. */
export function fitWeights(rows: readonly LabelledRow[]): Weights {
  const words = new Words();
  const wordAt = (text: string, start: number, end: number): KnownWord | undefined =>
    entered(text.slice(start, end), words);
  const vocabulary = { wordAt, has: () => true };
  const examples = rows
    .filter(({ encode }) => encode === undefined)
    .map(({ expect, text }) => ({
      isInjection: expect.includes(RULE),
      passages: passagesOf(sentencesOf(foldedText(text), vocabulary)),
    }));
  const { bias, weights } = fit(examples);
  const named = [...weights].map(
    ([feature, weight]) => [featureName(feature, (id) => words.wordOf(id)), weight] as const,
  );
  return { bias, weights: new Map(named.toSorted(([a], [b]) => (a < b ? -1 : 1))) };
}

/** Numbers say nothing by themselves. */
function entered(word: string, words: Words): KnownWord | undefined {
  if (!/^\d/.test(word)) words.idOf(word);
  return words.known(word);
}

function passagesOf(sentences: readonly Sentence[]): readonly (readonly number[])[] {
  return sentences.flatMap((sentence, index) => {
    const { features } = sentence;
    const next = sentences[index + 1];
    return isPair(sentence, next) ? [[...features], [...new Set([...features, ...next.features])]] : [[...features]];
  });
}

/** Adaptive gradient descent over all texts at once. */
function fit(texts: readonly Example[]): { readonly bias: number; readonly weights: ReadonlyMap<number, number> } {
  const { features, examples } = dense(texts);
  const weights = new Float64Array(features.length + 1);
  weights[features.length] = -2;
  const steps = new Float64Array(weights.length).fill(1e-6);
  for (let round = 0; round < ROUNDS; round++) {
    const slope = slopeOf(examples, weights, round < WHOLE_ROUNDS);
    for (let place = 0; place < weights.length; place++) {
      const isBias = place === features.length;
      const by = (slope[place] ?? 0) + (isBias ? 0 : DECAY * examples.length * (weights[place] ?? 0));
      steps[place] = (steps[place] ?? 0) + by * by;
      weights[place] = (weights[place] ?? 0) - ((isBias ? 2 : 1) * RATE * by) / Math.sqrt(steps[place] ?? 1);
    }
  }
  const rounded = features.map((feature, place) => [feature, Math.round((weights[place] ?? 0) * 100) / 100] as const);
  return {
    bias: Math.round((weights[features.length] ?? 0) * 100) / 100,
    weights: new Map(rounded.filter(([, weight]) => Math.abs(weight) >= LEAST_WEIGHT)),
  };
}

/** How far each weight is off: of each text, its worst passage counts. The last one is the bias. */
function slopeOf(examples: readonly Example[], weights: Float64Array, isWhole: boolean): Float64Array {
  const slope = new Float64Array(weights.length);
  const last = weights.length - 1;
  for (const { isInjection, passages } of examples) {
    let worst: readonly number[] = [];
    let most = Number.NEGATIVE_INFINITY;
    for (const passage of passages) {
      const score = isWhole && isInjection ? passage.length : sumOf(passage, weights);
      if (score > most) [most, worst] = [score, passage];
    }
    const off = 1 / (1 + Math.exp(-sumOf(worst, weights))) - (isInjection ? 1 : 0);
    for (const place of worst) slope[place] = (slope[place] ?? 0) + off;
    slope[last] = (slope[last] ?? 0) + off;
  }
  return slope;
}

function sumOf(places: readonly number[], weights: Float64Array): number {
  let sum = weights[weights.length - 1] ?? 0;
  for (const place of places) sum += weights[place] ?? 0;
  return sum;
}

/** The texts with features numbered from 0, rare ones left out. */
function dense(texts: readonly Example[]): {
  readonly features: readonly number[];
  readonly examples: readonly Example[];
} {
  const counts = new Map<number, number>();
  for (const { passages } of texts) {
    for (const feature of new Set(passages.flat())) counts.set(feature, (counts.get(feature) ?? 0) + 1);
  }
  const features = [...counts].filter(([, count]) => count >= LEAST_TEXTS).map(([feature]) => feature);
  const places = new Map(features.map((feature, place) => [feature, place]));
  const examples = texts.map(({ isInjection, passages }) => ({
    isInjection,
    passages: passages.map((passage) => passage.flatMap((feature) => places.get(feature) ?? [])),
  }));
  return { features, examples };
}
