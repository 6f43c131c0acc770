/**
 * Many patterns over one text at the cost of its words: each is tried only where a word begins with letters that it can begin with, so a text
 * is walked once for all of them, and what a text costs does not depend on what it says.
 */
import { type Pattern, readPattern } from "./pattern-heads.ts";
import type { Span } from "./view.ts";

/** One match; `pattern` is the place of its pattern in the list. */
export interface Anchored extends Span {
  readonly pattern: number;
}

/** What begins with some letters: patterns whose head ends here, and what goes on. */
interface Heads {
  readonly patterns: RegExp[];
  readonly places: number[];
  readonly longer: Map<number, Heads>;
}

const noHeads = (): Heads => ({ patterns: [], places: [], longer: new Map() });

export class AnchoredPatterns {
  readonly #heads = noHeads();
  /** By unit, whether any head begins with it. */
  readonly #beginnings = new Uint8Array(0x1_00_00);

  /** Sources of regular expressions that begin with a word. Throws for one that may begin with anything. */
  constructor(sources: readonly string[]) {
    for (const [place, source] of sources.entries()) this.#enter(readPattern(source), place);
  }

  #enter({ heads, source }: Pattern, place: number): void {
    // Without classes of Unicode the same is found in less time.
    const pattern = new RegExp(source, /\\[pPu]\{/.test(source) ? "uy" : "y");
    for (const head of heads) {
      if (head === "") throw new Error(`a pattern that may begin with anything: ${source}`);
      let node = this.#heads;
      for (let at = 0; at < head.length; at++) {
        const next = node.longer.get(head.charCodeAt(at)) ?? noHeads();
        node.longer.set(head.charCodeAt(at), next);
        node = next;
      }
      this.#beginnings[head.charCodeAt(0)] = 1;
      node.patterns.push(pattern);
      node.places.push(place);
    }
  }

  /** All matches, in the order of their beginnings; of one pattern one at a place. */
  find(text: string): readonly Anchored[] {
    const found: Anchored[] = [];
    let before = 0x20;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.#beginnings[code] === 1 && beginsWord(code, before)) this.#tryAt(text, at, found);
      before = code;
    }
    return found;
  }

  #tryAt(text: string, start: number, into: Anchored[]): void {
    const first = into.length;
    let node: Heads | undefined = this.#heads;
    for (let at = start; node !== undefined; at++) {
      for (const [index, pattern] of node.patterns.entries()) {
        pattern.lastIndex = start;
        const place = node.places[index] ?? 0;
        if (pattern.test(text) && !isAmong(into, first, place))
          into.push({ pattern: place, start, end: pattern.lastIndex });
      }
      node = at < text.length ? node.longer.get(text.charCodeAt(at)) : undefined;
    }
  }
}

/** A pattern with a shorter and a longer head is tried for both. */
function isAmong(found: readonly Anchored[], from: number, pattern: number): boolean {
  for (let at = from; at < found.length; at++) if (found[at]?.pattern === pattern) return true;
  return false;
}

/** Scripts from Hebrew on put particles before words, or part no words at all: there a word may begin with every letter. So may signs. */
const beginsWord = (code: number, before: number): boolean => code >= 0x0590 || !isInWord(before) || !isInWord(code);

const isInWord = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x30 && code <= 0x39) ||
  (code >= 0x41 && code <= 0x5a) ||
  code === 0x5f ||
  (code >= 0xc0 && code < 0x0590);
