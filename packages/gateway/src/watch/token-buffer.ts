import type { TaskEvent } from "@troupe/runtime/internal";

export type TokenEvent = Extract<TaskEvent, { type: "token" }>;

/** Token chunks that a watcher has not taken yet. Bounded in number and size: a slow watcher loses the oldest and is told how many. */
export class TokenBuffer {
  readonly #limit: number;
  #chunks: TokenEvent[] = [];
  #dropped = 0;
  #characters = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: TokenEvent): void {
    this.#characters += chunk.text.length;
    const last = this.#chunks.at(-1);
    if (last && last.hop === chunk.hop && this.#chunks.length >= this.#limit / 2) {
      // Behind already: neighbouring chunks of one hop become one, so that text is not lost before it has to be.
      const merged = last.text + chunk.text;
      const isMerged = merged.length <= LONGEST_MERGED;
      if (isMerged) this.#chunks.pop();
      this.#chunks.push(isMerged ? { ...last, text: merged } : chunk);
    } else {
      this.#chunks.push(chunk);
    }
    while (this.#chunks.length > this.#limit || this.#characters > MOST_CHARACTERS) {
      this.#characters -= this.#chunks.shift()?.text.length ?? 0;
      this.#dropped++;
    }
  }

  /** Takes out everything; `lost` are the chunks that were dropped since the last time. */
  take(): { readonly chunks: readonly TokenEvent[]; readonly lost: number } {
    const taken = { chunks: this.#chunks, lost: this.#dropped };
    this.#chunks = [];
    this.#dropped = 0;
    this.#characters = 0;
    return taken;
  }
}

const LONGEST_MERGED = 4_096;
/** Whoever writes chunks decides how long they are, and thousands may watch and read nothing. */
const MOST_CHARACTERS = 256 * 1_024;
