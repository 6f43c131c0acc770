/** The words that a model knows, numbered, with what they are about. */
import { LetterTrie } from "../../letter-trie.ts";
import { type Meaning, meanings } from "./concepts.ts";
import type { KnownWord } from "./sentences.ts";

interface Entry extends KnownWord {
  id: number | undefined;
  readonly meaning: Meaning | undefined;
}

export class Words {
  readonly #entries: Map<string, Entry>;
  readonly #words: string[] = [];

  constructor() {
    this.#entries = new Map(Array.from(meanings(), ([word, meaning]) => [word, { id: undefined, meaning }]));
  }

  known(word: string): KnownWord | undefined {
    return this.#entries.get(word);
  }

  /** All that are known by now, to be looked up in a text. */
  inTexts(): LetterTrie<KnownWord> {
    return new LetterTrie(this.#entries);
  }

  /** The number of a word; a new one gets the next. */
  idOf(word: string): number {
    const entry = this.#entries.get(word) ?? { id: undefined, meaning: undefined };
    this.#entries.set(word, entry);
    entry.id ??= this.#words.push(word) - 1;
    return entry.id;
  }

  wordOf(id: number): string {
    return this.#words[id] ?? "";
  }
}
