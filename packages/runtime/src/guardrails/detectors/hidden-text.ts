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
  const beginnings = new Uint8Array(BEGINNINGS);
  for (const text of instructions) {
    eachPair(text, (start, end, next) => {
      const run = runFrom(text, start);
      if (run === undefined) return;
      runs.add(run.words);
      beginnings[beginningOf(text, start, end, next)] = 1;
    });
  }
  if (runs.size === 0 && canaries.length === 0) return NOTHING;
  return {
    find: (text) => [...runsIn(text, { runs, beginnings }), ...canaries.flatMap((canary) => placesOf(text, canary))],
  };
}

interface Runs {
  readonly runs: ReadonlySet<string>;
  /** By what stands for the beginnings of two words, whether some run begins so: most texts have none of them. */
  readonly beginnings: Uint8Array;
}

function runsIn(text: string, { runs, beginnings }: Runs): readonly Span[] {
  const found: Span[] = [];
  if (runs.size === 0) return found;
  eachPair(text, (start, end, next) => {
    if (beginnings[beginningOf(text, start, end, next)] === 0) return;
    const run = runFrom(text, start);
    if (run !== undefined && runs.has(run.words)) found.push({ start, end: run.end });
  });
  return found;
}

const BEGINNINGS = 4_096;

/** A number of the first letters of two words and the length of the first. */
const beginningOf = (text: string, start: number, end: number, next: number): number =>
  ((end - start) * 31 + text.charCodeAt(start) * 17 + text.charCodeAt(next)) % BEGINNINGS;

/** Eight words from a place on, as they are kept; nothing where there are not as many. */
function runFrom(text: string, start: number): { readonly words: string; readonly end: number } | undefined {
  const words: string[] = [];
  let end = start;
  for (let at = start; words.length < WORDS; at = end) {
    while (at < text.length && !isLetterOrDigit(text, at)) at++;
    if (at === text.length) return undefined;
    end = endOfWord(text, at);
    words.push(text.slice(at, end));
  }
  return { words: words.join(" "), end };
}

/** Tells of each word, a run of letters and digits, that another one comes behind: where it begins and ends, and where that begins. */
function eachPair(text: string, tell: (start: number, end: number, next: number) => void): void {
  let start = -1;
  let end = -1;
  for (let at = 0; at < text.length; at++) {
    if (!isLetterOrDigit(text, at)) continue;
    if (start >= 0) tell(start, end, at);
    start = at;
    end = endOfWord(text, at);
    at = end;
  }
}

function endOfWord(text: string, start: number): number {
  let end = start;
  while (end < text.length && isLetterOrDigit(text, end)) end++;
  return end;
}

function placesOf(text: string, canary: string): readonly Span[] {
  const found: Span[] = [];
  for (let at = text.indexOf(canary); at >= 0; at = text.indexOf(canary, at + canary.length)) {
    found.push({ start: at, end: at + canary.length });
  }
  return found;
}
