/** What the sentences of a text have that may speak for orders to the model: words, words in a row, what they are about. Pure and linear. */
import type { Span } from "../../view.ts";
import { BEGINNING, CONCEPTS, type Meaning, SIGNS } from "./concepts.ts";

/** A sentence, and its features, each once. */
export interface Sentence extends Span {
  readonly features: readonly number[];
  /** Those of them that the sentence before has as well. */
  readonly again: readonly number[];
  /** How many it has, those that do not count among them. */
  readonly words: number;
  /** Whether its words are such as the vocabulary has: it says nothing of another language, nor of a disguise. */
  readonly isKnown: boolean;
}

/** A word that counts, or goes on with a phrase. */
export interface KnownWord {
  readonly word: string;
  /** Whether it counts by itself. */
  readonly isKnown: boolean;
  readonly id: number | undefined;
  readonly meaning: Meaning | undefined;
}

/** Which words and features count; others are passed over. */
export interface Vocabulary {
  readonly wordAt: (text: string, start: number, end: number) => KnownWord | undefined;
  readonly has: (feature: number) => boolean;
}

const COUNT = CONCEPTS.length;
const PAIRS = COUNT * COUNT;
/** Features are numbers: a concept by itself, before another somewhere near, right before it; then words, then two words in a row. */
const WORDS = COUNT + 2 * PAIRS;
const MOST_WORDS = 32_768;
const ROWS = WORDS + MOST_WORDS;
/** How many features are of concepts and single words: they come first. */
export const SINGLE_FEATURES = ROWS;

/** How a feature is called: `IGNORE`, `IGNORE..RULE`, `IGNORE+RULE`, `kindly`, `no_refusals`. */
export function featureName(feature: number, wordOf: (id: number) => string): string {
  if (feature >= ROWS) {
    const row = feature - ROWS;
    return `${wordOf(Math.floor(row / MOST_WORDS))}_${wordOf(row % MOST_WORDS)}`;
  }
  if (feature >= WORDS) return wordOf(feature - WORDS);
  if (feature < COUNT) return nameOf(feature);
  const pair = (feature - COUNT) % PAIRS;
  const between = feature < COUNT + PAIRS ? ".." : "+";
  return `${nameOf(Math.floor(pair / COUNT))}${between}${nameOf(pair % COUNT)}`;
}

const nameOf = (concept: number): string => (CONCEPTS[concept] ?? "").toUpperCase();
const CONCEPT_OF = new Map(CONCEPTS.map((name, concept) => [name.toUpperCase(), concept]));

/** The feature of a name. */
export function featureOf(name: string, idOf: (word: string) => number): number {
  const [, first = "", between, second = ""] = /^(.+?)(?:(\.\.|[+_])(.+))?$/.exec(name) ?? [];
  const one = CONCEPT_OF.get(first);
  if (one === undefined) {
    return between === undefined ? WORDS + idOf(first) : ROWS + idOf(first) * MOST_WORDS + idOf(second);
  }
  if (between === undefined) return one;
  return COUNT + (between === "+" ? PAIRS : 0) + one * COUNT + (CONCEPT_OF.get(second) ?? 0);
}

/** Two sentences with more words than this are not read as one: what an order says in two, it says in short ones. */
const LONGEST_PAIR = 40;

/** Whether a sentence and the one behind it are read as one as well. */
export const isPair = (first: Sentence, second: Sentence | undefined): second is Sentence =>
  second !== undefined && first.words + second.words <= LONGEST_PAIR;

/** Words that two concepts may be apart. */
const REACH = 6;
const NEAR = 2;
/** Concepts that one is paired with: signs may stand in rows without a word between. */
const MOST_PAIRED = 32;
/** A sentence that goes on is cut here, in words. */
const LONGEST = 60;
/** Of the words of a sentence that counts as known, so many are. */
const LEAST_KNOWN = 0.3;

/** Kinds of characters; all others part words. */
const WORD = 1;
const END = 2;
const SIGN = 3;
const INSIDE = 4;
const KIND = new Uint8Array(128);
for (const [characters, kind] of [
  ["abcdefghijklmnopqrstuvwxyz0123456789", WORD],
  [".!?\n", END],
  [Object.keys(SIGNS).join(""), SIGN],
  ["'-", INSIDE],
] as const) {
  for (const character of characters) KIND[character.charCodeAt(0)] ||= kind;
}
const kindAt = (text: string, at: number): number => KIND[text.charCodeAt(at)] ?? 0;

const SIGN_OF = new Map(Object.entries(SIGNS).map(([sign, name]) => [sign.charCodeAt(0), CONCEPTS.indexOf(name)]));
const BEGINS = CONCEPTS.indexOf(BEGINNING);

/** The sentences of a folded text, those without a word left out. */
export function sentencesOf(text: string, vocabulary: Vocabulary): readonly Sentence[] {
  const found: Sentence[] = [];
  const reader = new SentenceReader(vocabulary);
  const finish = (): void => {
    if (reader.words > 0) found.push(reader.sentence());
  };
  for (let at = 0; at < text.length; at++) {
    const kind = kindAt(text, at);
    if (kind === WORD) {
      const end = endOfWord(text, at);
      reader.word(text, at, end);
      at = end - 1;
    } else if (kind === SIGN || kind === END) reader.sign(text.charCodeAt(at));
    else if (text.charCodeAt(at) >= KIND.length) reader.other();
    if ((kind === END && !isInside(text, at)) || reader.words >= LONGEST) finish();
  }
  finish();
  return found;
}

/** Hyphens and apostrophes between letters belong to a word. */
function endOfWord(text: string, start: number): number {
  let end = start + 1;
  for (;;) {
    const kind = kindAt(text, end);
    if (kind !== WORD && (kind !== INSIDE || kindAt(text, end + 1) !== WORD)) return end;
    end++;
  }
}

/** Whether what ends here goes on without a space, as names of files and hosts do. */
const isInside = (text: string, at: number): boolean => text[at] !== "\n" && kindAt(text, at + 1) === WORD;

const NONE_BEGUN: readonly Meaning[] = [];

/** By feature, the sentence that had it last, counted over all texts: a set of its own for each sentence would cost more than all else. */
const LAST_IN = new Int32Array(SINGLE_FEATURES);
const LAST_SENTENCE = 2 ** 31 - 1;
let sentenceNumber = 1;

function beginSentence(): void {
  if (sentenceNumber === LAST_SENTENCE) {
    LAST_IN.fill(0);
    sentenceNumber = 1;
  }
  sentenceNumber++;
}

/** Reads one sentence after the other. */
class SentenceReader {
  words = 0;
  #known = 0;
  #hasOther = false;
  #start = 0;
  #end = 0;
  readonly #vocabulary: Vocabulary;
  #features: number[] = [];
  #again: number[] = [];
  /** Of these features, those of two words in a row; and those of the sentence before. */
  #rows: number[] = [];
  #rowsBefore: readonly number[] = [];
  /** What was said last, and at which word: in turns. */
  readonly #concepts = new Uint16Array(MOST_PAIRED);
  readonly #places = new Uint16Array(MOST_PAIRED);
  #said = 0;
  /** Phrases that the words before have begun. */
  #begun: readonly Meaning[] = NONE_BEGUN;
  /** The word before; the beginning of the sentence counts as one. */
  #before: number | undefined;
  readonly #beginning: number | undefined;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#beginning = vocabulary.wordAt("^", 0, 1)?.id;
    this.#begin();
  }

  #begin(): void {
    this.words = 0;
    this.#known = 0;
    this.#hasOther = false;
    this.#features = [];
    this.#again = [];
    this.#rowsBefore = this.#rows;
    this.#rows = [];
    beginSentence();
    this.#concepts[0] = BEGINS;
    this.#places[0] = 0;
    this.#said = 1;
    this.#begun = NONE_BEGUN;
    this.#before = this.#beginning;
  }

  word(text: string, start: number, end: number): void {
    if (this.words === 0) this.#start = start;
    this.#end = end;
    this.words++;
    const known = this.#vocabulary.wordAt(text, start, end);
    if (known?.isKnown === true) this.#known++;
    const id = known?.id;
    if (id !== undefined) {
      this.#add(WORDS + id);
      if (this.#before !== undefined) this.#add(ROWS + this.#before * MOST_WORDS + id);
    }
    this.#before = id;
    const meaning = known?.meaning;
    if (meaning !== undefined) for (const concept of meaning.concepts) this.#say(concept);
    if (this.#begun.length > 0) this.#begun = known === undefined ? NONE_BEGUN : this.#goneOn(known);
    if (meaning !== undefined && meaning.longer.size > 0) this.#begun = [...this.#begun, meaning];
  }

  sign(code: number): void {
    const concept = SIGN_OF.get(code);
    if (concept !== undefined) this.#say(concept);
  }

  /** A letter that belongs to none of the words. */
  other(): void {
    this.#hasOther = true;
  }

  /** What was read; the next sentence begins. */
  sentence(): Sentence {
    const isKnown = !this.#hasOther && this.#known >= LEAST_KNOWN * this.words;
    const read = {
      start: this.#start,
      end: this.#end,
      features: this.#features,
      again: this.#again,
      words: this.words,
      isKnown,
    };
    this.#begin();
    return read;
  }

  /** Says the phrases that end with a word; those that may go on behind it. */
  #goneOn({ word }: KnownWord): readonly Meaning[] {
    const begun: Meaning[] = [];
    for (const before of this.#begun) {
      const phrase = before.longer.get(word);
      if (phrase === undefined) continue;
      for (const concept of phrase.concepts) this.#say(concept);
      if (phrase.longer.size > 0) begun.push(phrase);
    }
    return begun;
  }

  #say(concept: number): void {
    this.#add(concept);
    const at = this.words;
    const first = Math.max(0, this.#said - MOST_PAIRED);
    for (let back = this.#said - 1; back >= first; back--) {
      const apart = at - (this.#places[back % MOST_PAIRED] ?? 0);
      if (apart > REACH) break;
      const pair = COUNT + (this.#concepts[back % MOST_PAIRED] ?? 0) * COUNT + concept;
      this.#add(pair);
      if (apart <= NEAR) this.#add(PAIRS + pair);
    }
    const place = this.#said++ % MOST_PAIRED;
    this.#concepts[place] = concept;
    this.#places[place] = at;
  }

  #add(feature: number): void {
    if (!this.#vocabulary.has(feature)) return;
    if (feature >= SINGLE_FEATURES) this.#addRow(feature);
    else if (LAST_IN[feature] !== sentenceNumber) {
      if (LAST_IN[feature] === sentenceNumber - 1) this.#again.push(feature);
      LAST_IN[feature] = sentenceNumber;
      this.#features.push(feature);
    }
  }

  #addRow(feature: number): void {
    if (this.#rows.includes(feature)) return;
    if (this.#rowsBefore.includes(feature)) this.#again.push(feature);
    this.#rows.push(feature);
    this.#features.push(feature);
  }
}
