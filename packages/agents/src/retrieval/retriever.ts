/** What finds passages for a question: the built-in index, or one of another library behind an adapter. */

/** A piece of text that was found. */
export interface Passage {
  readonly text: string;
  /** Where it is from: a file with its heading, an address, an id. */
  readonly source?: string | undefined;
  /** How well it fits; comparable within one answer only. */
  readonly score?: number | undefined;
}

/** Finds at most `limit` passages, the best first; none is an answer too. Throws where it cannot look. */
export interface Retriever {
  retrieve(query: string, scope: { readonly limit: number; readonly signal: AbortSignal }): Promise<readonly Passage[]>;
}

/** Passages that one question gets, unless something else is said. */
export const DEFAULT_PASSAGES = 5;
export const MOST_PASSAGES = 50;
