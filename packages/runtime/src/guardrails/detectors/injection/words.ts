/** The words that a model knows, numbered, with what they are about. */
import { WordTable } from "../../word-table.ts";
import { type Meaning, meanings } from "./concepts.ts";
import type { KnownWord } from "./sentences.ts";

interface Entry extends KnownWord {
  id: number | undefined;
  isKnown: boolean;
}

export class Words {
  readonly #entries: Map<string, Entry>;
  readonly #words: string[] = [];

  constructor() {
    const all = meanings();
    this.#entries = new Map(
      Array.from(all, ([word, meaning]) => [word, { word, id: undefined, meaning, isKnown: true }]),
    );
    for (const meaning of all.values()) this.#enterFurther(meaning);
  }

  /** Words of phrases that count only there. */
  #enterFurther({ longer }: Meaning): void {
    for (const [word, phrase] of longer) {
      this.#entryOf(word);
      this.#enterFurther(phrase);
    }
  }

  #entryOf(word: string): Entry {
    const entry = this.#entries.get(word) ?? { word, id: undefined, meaning: undefined, isKnown: false };
    this.#entries.set(word, entry);
    return entry;
  }

  known(word: string): KnownWord | undefined {
    return this.#entries.get(word);
  }

  /** All that are known by now, to be looked up in a text. */
  inTexts(): WordTable<KnownWord> {
    return new WordTable(this.#entries);
  }

  /** The number of a word; a new one gets the next. */
  idOf(word: string): number {
    const entry = this.#entryOf(word);
    entry.isKnown = true;
    entry.id ??= this.#words.push(word) - 1;
    return entry.id;
  }

  wordOf(id: number): string {
    return this.#words[id] ?? "";
  }
}
