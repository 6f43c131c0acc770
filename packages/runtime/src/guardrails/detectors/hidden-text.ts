/** Words of the instructions that leave in an answer, and canaries. */
import type { Detector, HiddenTexts } from "../detector.ts";
import { isLetterOrDigit } from "../letter.ts";
import type { Span } from "../view.ts";

/** Words in a row that are no coincidence. */
const WORDS = 8;
export const hiddenText: Detector = {
  rule: "canary.prompt",
  type: "INSTRUCTIONS",
  severity: "critical",
  reads: "folded",
  readsEncoded: true,
  find: (text, { hidden }) => hidden.find(text),
};

const NOTHING: HiddenTexts = { find: () => [] };

/**
 * Prepares texts that must not leave: any eight words in a row of an instruction count, and a canary as a whole, however short it is. Both
 * in folded form.
 */
export function hiddenTexts(instructions: readonly string[], canaries: readonly string[]): HiddenTexts {
  const runs = new Set<string>();
  const beginnings = new Set<number>();
  for (const text of instructions) {
    const words = wordsOf(text);
    for (let at = 0; at + WORDS <= words.length; at++) {
      runs.add(run(text, words, at));
      beginnings.add(beginningOf(text, words, at));
    }
  }
  if (runs.size === 0 && canaries.length === 0) return NOTHING;
  return {
    find: (text) => [...runsIn(text, { runs, beginnings }), ...canaries.flatMap((canary) => placesOf(text, canary))],
  };
}

interface Runs {
  readonly runs: ReadonlySet<string>;
  /** What stands for the beginnings of their first two words: most texts have none of them. */
  readonly beginnings: ReadonlySet<number>;
}

function runsIn(text: string, { runs, beginnings }: Runs): readonly Span[] {
  if (runs.size === 0) return [];
  const words = wordsOf(text);
  const found: Span[] = [];
  for (let at = 0; at + WORDS <= words.length; at++) {
    if (!beginnings.has(beginningOf(text, words, at)) || !runs.has(run(text, words, at))) continue;
    found.push({ start: words.starts[at] ?? 0, end: words.ends[at + WORDS - 1] ?? 0 });
  }
  return found;
}

/** The words from one on, as they are kept. */
function run(text: string, { starts, ends }: Words, first: number): string {
  return Array.from({ length: WORDS }, (_, word) => text.slice(starts[first + word], ends[first + word])).join(" ");
}

/** A number of the first letters of two words and the length of the first. */
function beginningOf(text: string, { starts, ends }: Words, word: number): number {
  const [start = 0, next = 0] = [starts[word], starts[word + 1]];
  return (((ends[word] ?? 0) - start) * 31 + text.charCodeAt(start)) * 0x1_00_00 + text.charCodeAt(next);
}

/** Where the words of a text begin and end. */
interface Words {
  readonly length: number;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** Runs of letters and digits. */
function wordsOf(text: string): Words {
  const starts: number[] = [];
  const ends: number[] = [];
  let isInside = false;
  for (let at = 0; at <= text.length; at++) {
    const isWord = at < text.length && isLetterOrDigit(text, at);
    if (isWord !== isInside) (isWord ? starts : ends).push(at);
    isInside = isWord;
  }
  return { length: ends.length, starts, ends };
}

function placesOf(text: string, canary: string): readonly Span[] {
  const found: Span[] = [];
  for (let at = text.indexOf(canary); at >= 0; at = text.indexOf(canary, at + canary.length)) {
    found.push({ start: at, end: at + canary.length });
  }
  return found;
}
