/** Finds signs of features in a text: first every step of them, once, then what of it follows one another in a sentence. Pure. */
import { type Anchored, AnchoredPatterns } from "../../anchored.ts";
import type { Span } from "../../view.ts";
import type { Feature } from "./feature.ts";

/** A sign that was found. */
export interface Sign extends Span {
  readonly feature: Feature;
}

/** A feature with the places of its steps in the list of all patterns. */
interface Sequence {
  readonly feature: Feature;
  readonly steps: readonly number[];
}

const END = /[.!?\n]/g;
/** Ways to go on from one place that are tried. */
const MOST_TRIES = 24;

export class SignFinder {
  readonly #sources: readonly string[];
  readonly #sequences: readonly Sequence[];
  /** By pattern, the places of the sequences that begin with it. */
  readonly #byFirst: ReadonlyMap<number | undefined, readonly number[]>;
  #patterns: AnchoredPatterns | undefined;

  constructor(features: readonly Feature[]) {
    this.#sources = [...new Set(features.flatMap(({ steps }) => steps))];
    const places = new Map(this.#sources.map((source, place) => [source, place]));
    this.#sequences = features.map((feature) => ({
      feature,
      steps: feature.steps.map((source) => places.get(source) ?? 0),
    }));
    this.#byFirst = Map.groupBy(this.#sequences.keys(), (index) => this.#sequences[index]?.steps[0]);
  }

  /** All signs whose steps begin in the given parts of a text, in the order of their beginnings. */
  find(text: string, parts: readonly Span[]): readonly Sign[] {
    // Every process loads the features, and most screen nothing.
    this.#patterns ??= new AnchoredPatterns(this.#sources);
    const found = Map.groupBy(this.#patterns.find(text, parts), ({ pattern }) => pattern);
    const places = new Places(text, found);
    const begun = Array.from(found.keys(), (pattern) => this.#byFirst.get(pattern) ?? []).flat();
    const signs = begun
      .toSorted((a, b) => a - b)
      .flatMap((index) => {
        const sequence = this.#sequences[index];
        return sequence === undefined ? [] : places.signs(sequence);
      });
    return signs.toSorted((a, b) => a.start - b.start);
  }
}

/** What was found of each pattern, and where sentences end. */
class Places {
  readonly #text: string;
  readonly #found: ReadonlyMap<number, readonly Anchored[]>;
  #ends: readonly number[] | undefined;
  #tries = 0;

  constructor(text: string, found: ReadonlyMap<number, readonly Anchored[]>) {
    this.#text = text;
    this.#found = found;
  }

  signs({ feature, steps }: Sequence): readonly Sign[] {
    const { gaps } = feature;
    const of = steps.map((pattern) => this.#found.get(pattern) ?? []);
    if (of.some((places) => places.length === 0)) return [];
    const signs: Sign[] = [];
    let after = 0;
    for (const { start, end } of of[0] ?? []) {
      if (start < after) continue;
      this.#tries = MOST_TRIES;
      const last = this.#follow(of, gaps, 1, end);
      if (last === undefined) continue;
      signs.push({ feature, start, end: last });
      after = last;
    }
    return signs;
  }

  /** Where the rest of the steps ends, the next of them beginning not too far behind a place and in its sentence. */
  #follow(
    of: readonly (readonly Anchored[])[],
    gaps: readonly number[],
    step: number,
    from: number,
  ): number | undefined {
    const places = of[step];
    if (places === undefined) return from;
    const limit = Math.min(from + (gaps[step - 1] ?? 0), this.#sentenceEnd(from));
    for (let at = firstFrom(places, from); at < places.length && this.#tries > 0; at++) {
      const place = places[at];
      if (place === undefined || place.start > limit) return undefined;
      this.#tries--;
      const end = this.#follow(of, gaps, step + 1, place.end);
      if (end !== undefined) return end;
    }
    return undefined;
  }

  #sentenceEnd(from: number): number {
    this.#ends ??= Array.from(this.#text.matchAll(END), ({ index }) => index);
    return this.#ends[firstAt(this.#ends, from)] ?? this.#text.length;
  }
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
