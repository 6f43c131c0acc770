/**
 * Finds signs of features in a text: first where they may begin, then, in the sentences where some does, what follows. Most texts have beginnings
 * of few. Pure.
 */
import { type Anchored, AnchoredPatterns } from "../../anchored.ts";
import { matchesOf } from "../../detector.ts";
import type { Span } from "../../view.ts";
import type { Feature } from "./feature.ts";

/** A sign that was found. */
export interface Sign extends Span {
  readonly feature: Feature;
}

/** A feature with the places of its steps: the first in the list of beginnings, the others in the list of what follows. */
interface Sequence {
  readonly feature: Feature;
  readonly first: number;
  readonly further: readonly number[];
}

const END = /[.!?\n]/g;
/** Ways to go on from one place that are tried. */
const MOST_TRIES = 24;

export class SignFinder {
  readonly #first: Steps;
  readonly #further: Steps;
  readonly #sequences: readonly Sequence[];
  /** By first step, the places of the sequences that begin with it. */
  readonly #byFirst: ReadonlyMap<number, readonly number[]>;

  constructor(features: readonly Feature[]) {
    this.#first = new Steps(features.map(({ steps }) => steps.slice(0, 1)));
    this.#further = new Steps(features.map(({ steps }) => steps.slice(1)));
    this.#sequences = features.map((feature) => {
      const [first = "", ...further] = feature.steps;
      return {
        feature,
        first: this.#first.placeOf(first),
        further: further.map((step) => this.#further.placeOf(step)),
      };
    });
    this.#byFirst = Map.groupBy(this.#sequences.keys(), (index) => this.#sequences[index]?.first ?? 0);
  }

  /** All signs whose steps begin in the given parts of a text, in the order of their beginnings. */
  find(text: string, parts: readonly Span[]): readonly Sign[] {
    const found = byPattern(this.#first.find(text, parts));
    if (found.size === 0) return [];
    const sentences = new Sentences(text, (part) => this.#further.find(text, common(parts, part)));
    const begun = Array.from(found.keys(), (first) => this.#byFirst.get(first) ?? []).flat();
    const signs = begun
      .toSorted((a, b) => a - b)
      .flatMap((index) => {
        const sequence = this.#sequences[index];
        return sequence === undefined ? [] : signsOf(sequence, found.get(sequence.first) ?? [], sentences);
      });
    return signs.toSorted((a, b) => a.start - b.start);
  }
}

/** Steps of sequences, each once, that are looked for together. */
class Steps {
  readonly #sources: readonly string[];
  readonly #places: ReadonlyMap<string, number>;
  #patterns: AnchoredPatterns | undefined;

  constructor(steps: readonly (readonly string[])[]) {
    this.#sources = [...new Set(steps.flat())];
    this.#places = new Map(this.#sources.map((source, place) => [source, place]));
  }

  placeOf(source: string): number {
    return this.#places.get(source) ?? 0;
  }

  find(text: string, parts: readonly Span[]): readonly Anchored[] {
    // Every process loads the features, and most screen nothing.
    this.#patterns ??= new AnchoredPatterns(this.#sources);
    return this.#patterns.find(text, parts);
  }
}

type ByPattern = ReadonlyMap<number, readonly Anchored[]>;
const byPattern = (found: readonly Anchored[]): ByPattern => Map.groupBy(found, ({ pattern }) => pattern);

/** The sentences of a text, and what of further steps begins in each, found when it is asked for. */
class Sentences {
  readonly #text: string;
  readonly #find: (part: Span) => readonly Anchored[];
  readonly #ends: readonly number[];
  readonly #found = new Map<number, ByPattern>();

  constructor(text: string, find: (part: Span) => readonly Anchored[]) {
    this.#text = text;
    this.#find = find;
    this.#ends = matchesOf(text, END).map(({ index }) => index);
  }

  /** The end of the sentence that a place stands in, and what begins in the sentence; what ends it belongs to it. */
  at(place: number): { readonly end: number; readonly found: ByPattern } {
    const number = firstAt(this.#ends, place);
    const end = this.#ends[number] ?? this.#text.length;
    const start = number === 0 ? 0 : (this.#ends[number - 1] ?? 0) + 1;
    const found = this.#found.get(number) ?? byPattern(this.#find({ start, end: end + 1 }));
    this.#found.set(number, found);
    return { end, found };
  }
}

function signsOf(
  { feature, further }: Sequence,
  beginnings: readonly Anchored[],
  sentences: Sentences,
): readonly Sign[] {
  const signs: Sign[] = [];
  let after = 0;
  for (const { start, end } of beginnings) {
    if (start < after) continue;
    const last = further.length === 0 ? end : new Way(feature.gaps, further, sentences).from(end);
    if (last === undefined) continue;
    signs.push({ feature, start, end: last });
    after = last;
  }
  return signs;
}

/** A way through the further steps of a sequence. */
class Way {
  readonly #gaps: readonly number[];
  readonly #steps: readonly number[];
  readonly #sentences: Sentences;
  #tries = MOST_TRIES;

  constructor(gaps: readonly number[], steps: readonly number[], sentences: Sentences) {
    this.#gaps = gaps;
    this.#steps = steps;
    this.#sentences = sentences;
  }

  /** Where the steps from one on end, the next of them beginning not too far behind a place and in its sentence. */
  from(place: number, step = 0): number | undefined {
    const pattern = this.#steps[step];
    if (pattern === undefined) return place;
    const sentence = this.#sentences.at(place);
    const limit = Math.min(place + (this.#gaps[step] ?? 0), sentence.end);
    const next = sentence.found.get(pattern) ?? [];
    for (let at = firstFrom(next, place); at < next.length && this.#tries > 0; at++) {
      const { start, end } = next[at] ?? { start: limit + 1, end: 0 };
      if (start > limit) return undefined;
      this.#tries--;
      const last = this.from(end, step + 1);
      if (last !== undefined) return last;
    }
    return undefined;
  }
}

/** What some parts of a text, which are in order, have in common with another one. */
function common(parts: readonly Span[], { start, end }: Span): readonly Span[] {
  const found: Span[] = [];
  for (let at = search(parts.length, (place) => (parts[place]?.end ?? end) > start); at < parts.length; at++) {
    const part = parts[at];
    if (part === undefined || part.start >= end) break;
    found.push({ start: Math.max(part.start, start), end: Math.min(part.end, end) });
  }
  return found;
}

const firstFrom = (places: readonly Anchored[], from: number): number =>
  search(places.length, (at) => (places[at]?.start ?? 0) >= from);
const firstAt = (ends: readonly number[], from: number): number => search(ends.length, (at) => (ends[at] ?? 0) >= from);

/** The first of a list in order that is far enough. */
function search(length: number, isFarEnough: (at: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isFarEnough(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
