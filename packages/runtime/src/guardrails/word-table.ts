/** Values by words, looked up for a part of a text: one glance at a flat list for most words, whether there are hundreds of words or many thousands. */

/** So many places a word. */
const ROOM = 4;

export class WordTable<T> {
  /** By place: the hash of the word that stands there, and its number; 0 = none. A word stands at the first free place from its hash on. */
  readonly #hashes: Int32Array;
  readonly #numbers: Uint32Array;
  readonly #words: readonly string[];
  readonly #values: readonly T[];

  constructor(entries: ReadonlyMap<string, T>) {
    this.#words = [...entries.keys()];
    this.#values = [...entries.values()];
    const size = 2 ** Math.ceil(Math.log2(ROOM * (this.#words.length + 1)));
    this.#hashes = new Int32Array(size);
    this.#numbers = new Uint32Array(size);
    for (const [number, word] of this.#words.entries()) {
      const hash = hashOf(word, 0, word.length);
      let place = hash & (size - 1);
      while (this.#numbers[place] !== 0) place = (place + 1) & (size - 1);
      this.#hashes[place] = hash;
      this.#numbers[place] = number + 1;
    }
  }

  /** The value of a part of a text. */
  find(text: string, start: number, end: number): T | undefined {
    const hash = hashOf(text, start, end);
    const last = this.#hashes.length - 1;
    for (let place = hash & last; this.#numbers[place] !== 0; place = (place + 1) & last) {
      if (this.#hashes[place] !== hash) continue;
      const number = (this.#numbers[place] ?? 0) - 1;
      const word = this.#words[number] ?? "";
      if (word.length === end - start && text.startsWith(word, start)) return this.#values[number];
    }
    return undefined;
  }
}

/** FNV-1a over the units of a part of a text. */
function hashOf(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}
