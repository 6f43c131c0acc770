/**
 * Many patterns over one text at the cost of its words: each is tried only where a word begins with letters that it can begin with, so a text
 * is walked once for all of them, and what a text costs does not depend on what it says.
 */
import { isAsciiWord, isInWord } from "./letter.ts";
import { LetterTrie, NOWHERE } from "./letter-trie.ts";
import { withBarriers } from "./pattern-barriers.ts";
import { branchesOf, headsOf, wordsOf } from "./pattern-heads.ts";
import type { Span } from "./view.ts";

/** One match; `pattern` is the place of its pattern in the list. */
export interface Anchored extends Span {
  readonly pattern: number;
}

/** What begins with some letters. */
interface Heads {
  /** Patterns that are nothing but these letters as whole words. */
  readonly words: number[];
  /** By pattern, its branches of which these letters are a head. */
  readonly branches: Map<number, string[]>;
  /** The same, compiled when they are first needed: no text needs all of them. */
  compiled?: readonly (readonly [pattern: number, expression: RegExp])[];
}

export class AnchoredPatterns {
  readonly #heads: LetterTrie<Heads>;
  /** By source: several heads lead to the same pattern. */
  readonly #compiled = new Map<string, RegExp>();

  /** Sources of regular expressions that begin with a word. Throws for one that may begin with anything. */
  constructor(sources: readonly string[]) {
    const byHead = new Map<string, Heads>();
    for (const [pattern, source] of sources.entries()) {
      for (const branch of branchesOf(source)) enter(branch, pattern, byHead);
    }
    this.#heads = new LetterTrie(byHead);
  }

  /** All matches that begin in some parts of a text, in the order of their beginnings; of one pattern one at a place. */
  find(text: string, parts: readonly Span[] = [{ start: 0, end: text.length }]): readonly Anchored[] {
    const found: Anchored[] = [];
    for (const { start, end } of parts) {
      let wasInWord = start > 0 && isInWord(text.charCodeAt(start - 1));
      let code = text.charCodeAt(start);
      let next = text.charCodeAt(start + 1);
      for (let at = start; at < end; at++) {
        const afterNext = text.charCodeAt(at + 2);
        const isWithin = isInWord(code);
        if ((!isWithin || !wasInWord) && this.#heads.mayBegin(code, next, afterNext))
          this.#tryAt(text, at, code, found);
        wasInWord = isWithin;
        code = next;
        next = afterNext;
      }
    }
    return found;
  }

  #tryAt(text: string, start: number, code: number, into: Anchored[]): void {
    const first = into.length;
    let node = this.#heads.begin(code);
    for (let end = start + 1; node !== NOWHERE; end++) {
      const next = end < text.length ? text.charCodeAt(end) : END_OF_TEXT;
      const heads = this.#heads.valueAt(node);
      if (heads !== undefined) {
        if (!isAsciiWord(next)) for (const pattern of heads.words) add({ pattern, start, end }, into, first);
        for (const [pattern, expression] of this.#compiledOf(heads)) {
          expression.lastIndex = start;
          if (expression.test(text)) add({ pattern, start, end: expression.lastIndex }, into, first);
        }
      }
      node = this.#heads.next(node, next);
    }
  }

  #compiledOf(heads: Heads): NonNullable<Heads["compiled"]> {
    return (heads.compiled ??= Array.from(
      heads.branches,
      ([pattern, branches]) => [pattern, this.#expression(branches.join("|"))] as const,
    ));
  }

  #expression(source: string): RegExp {
    const known = this.#compiled.get(source) ?? compiled(source);
    this.#compiled.set(source, known);
    return known;
  }
}

/** No unit of a text. */
const END_OF_TEXT = -1;

function enter(branch: string, pattern: number, byHead: Map<string, Heads>): void {
  const words = wordsOf(branch);
  for (const word of words) headsAt(word, byHead).words.push(pattern);
  if (words.length > 0) return;
  const heads = headsOf(branch);
  for (const head of heads) {
    if (head === "") throw new Error(`a pattern that may begin with anything: ${branch}`);
    // What begins with a longer head is found with the shorter one.
    if (hasShorter(head, heads)) continue;
    const { branches } = headsAt(head, byHead);
    const known = branches.get(pattern);
    if (known === undefined) branches.set(pattern, [branch]);
    else known.push(branch);
  }
}

function headsAt(head: string, byHead: Map<string, Heads>): Heads {
  const known = byHead.get(head) ?? { words: [], branches: new Map() };
  byHead.set(head, known);
  return known;
}

function hasShorter(head: string, heads: ReadonlySet<string>): boolean {
  for (let length = 1; length < head.length; length++) if (heads.has(head.slice(0, length))) return true;
  return false;
}

/** Without classes of Unicode the same is found in less time. */
const compiled = (source: string): RegExp => new RegExp(withBarriers(source), /\\[pPu]\{/.test(source) ? "uy" : "y");

/** A pattern may have several heads that stand at a place: the longest match counts. */
function add(match: Anchored, into: Anchored[], from: number): void {
  for (let at = from; at < into.length; at++) {
    const other = into[at];
    if (other?.pattern !== match.pattern) continue;
    if (other.end < match.end) into[at] = match;
    return;
  }
  into.push(match);
}
