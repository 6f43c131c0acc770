/**
 * Many patterns over one text at the cost of its words: each is tried only where a word begins with letters that it can begin with, so a text
 * is walked once for all of them, and what a text costs does not depend on what it says.
 */
import { branchesOf, headsOf } from "./pattern-heads.ts";
import type { Span } from "./view.ts";

/** One match; `pattern` is the place of its pattern in the list. */
export interface Anchored extends Span {
  readonly pattern: number;
}

/** What begins with some letters: patterns whose head ends here, and what goes on. */
interface Heads {
  /** By pattern, its branches with this head. */
  readonly branches: Map<number, string[]>;
  /** The same, compiled when they are first needed: no text needs all of them. */
  compiled: readonly (readonly [pattern: number, expression: RegExp])[] | undefined;
  readonly longer: Map<number, Heads>;
}

const noHeads = (): Heads => ({ branches: new Map(), compiled: undefined, longer: new Map() });

export class AnchoredPatterns {
  readonly #heads = noHeads();
  /** By unit, whether any head begins with it. */
  readonly #beginnings = new Uint8Array(0x1_00_00);

  /** Sources of regular expressions that begin with a word. Throws for one that may begin with anything. */
  constructor(sources: readonly string[]) {
    for (const [pattern, source] of sources.entries()) {
      for (const branch of branchesOf(source)) this.#enter(branch, pattern);
    }
  }

  #enter(branch: string, pattern: number): void {
    for (const head of headsOf(branch)) {
      if (head === "") throw new Error(`a pattern that may begin with anything: ${branch}`);
      this.#beginnings[head.charCodeAt(0)] = 1;
      const { branches } = this.#at(head);
      const known = branches.get(pattern);
      if (known === undefined) branches.set(pattern, [branch]);
      else known.push(branch);
    }
  }

  #at(head: string): Heads {
    let node = this.#heads;
    for (let at = 0; at < head.length; at++) {
      const next = node.longer.get(head.charCodeAt(at)) ?? noHeads();
      node.longer.set(head.charCodeAt(at), next);
      node = next;
    }
    return node;
  }

  /** All matches that begin in some parts of a text, in the order of their beginnings; of one pattern one at a place. */
  find(text: string, parts: readonly Span[] = [{ start: 0, end: text.length }]): readonly Anchored[] {
    const found: Anchored[] = [];
    for (const { start, end } of parts) {
      let before = start === 0 ? 0x20 : text.charCodeAt(start - 1);
      for (let at = start; at < end; at++) {
        const code = text.charCodeAt(at);
        if (this.#beginnings[code] === 1 && beginsWord(code, before)) this.#tryAt(text, at, found);
        before = code;
      }
    }
    return found;
  }

  #tryAt(text: string, start: number, into: Anchored[]): void {
    const first = into.length;
    let node: Heads | undefined = this.#heads;
    for (let at = start; node !== undefined; at++) {
      node.compiled ??= Array.from(node.branches, ([pattern, branches]) => [pattern, compiled(branches)] as const);
      for (const [pattern, expression] of node.compiled) {
        expression.lastIndex = start;
        if (expression.test(text)) add({ pattern, start, end: expression.lastIndex }, into, first);
      }
      node = at < text.length ? node.longer.get(text.charCodeAt(at)) : undefined;
    }
  }
}

function compiled(branches: readonly string[]): RegExp {
  const source = branches.join("|");
  // Without classes of Unicode the same is found in less time.
  return new RegExp(source, /\\[pPu]\{/.test(source) ? "uy" : "y");
}

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

/** Scripts from Hebrew on put particles before words, or part no words at all: there a word may begin with every letter. So may signs. */
const beginsWord = (code: number, before: number): boolean => code >= 0x0590 || !isInWord(before) || !isInWord(code);

const isInWord = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x30 && code <= 0x39) ||
  (code >= 0x41 && code <= 0x5a) ||
  code === 0x5f ||
  (code >= 0xc0 && code < 0x0590);
