/**
 * A full-text index in memory, ranked by BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009), with
 * the usual k1 = 1.2, b = 0.75 and an inverse document frequency that is never negative. Pure: the same texts and question give the same order.
 */
import { wordsOf } from "./words.ts";

const K1 = 1.2;
const B = 0.75;

/** A document that fits a question. */
export interface Hit {
  /** Index of the document among those that the index was built from. */
  readonly document: number;
  readonly score: number;
}

export class Bm25Index {
  /** By word: how often it stands in which documents. */
  readonly #postings = new Map<string, { readonly document: number; readonly count: number }[]>();
  readonly #lengths: number[] = [];
  readonly #meanLength: number;

  constructor(texts: readonly string[]) {
    for (const [document, text] of texts.entries()) this.#add(document, wordsOf(text));
    const total = this.#lengths.reduce((sum, length) => sum + length, 0);
    this.#meanLength = total / Math.max(1, this.#lengths.length);
  }

  /** At most `limit` documents with a word of the question, the best first; of equals the one that came first. */
  search(query: string, limit: number): readonly Hit[] {
    const scores = new Map<number, number>();
    for (const word of new Set(wordsOf(query))) {
      const postings = this.#postings.get(word) ?? [];
      const weight = this.#weightOf(postings.length);
      for (const { document, count } of postings) {
        scores.set(document, (scores.get(document) ?? 0) + weight * this.#saturated(document, count));
      }
    }
    const hits = [...scores].map(([document, score]) => ({ document, score }));
    return hits.toSorted((a, b) => b.score - a.score || a.document - b.document).slice(0, limit);
  }

  #add(document: number, words: readonly string[]): void {
    this.#lengths.push(words.length);
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    for (const [word, count] of counts) {
      const postings = this.#postings.get(word);
      if (postings === undefined) this.#postings.set(word, [{ document, count }]);
      else postings.push({ document, count });
    }
  }

  /** How much a word tells that stands in so many documents. */
  #weightOf(documents: number): number {
    return Math.log(1 + (this.#lengths.length - documents + 0.5) / (documents + 0.5));
  }

  /** A word that stands there twice tells little more than one that stands there once, and less in a long document. */
  #saturated(document: number, count: number): number {
    const length = (this.#lengths[document] ?? 0) / Math.max(1, this.#meanLength);
    return (count * (K1 + 1)) / (count + K1 * (1 - B + B * length));
  }
}
