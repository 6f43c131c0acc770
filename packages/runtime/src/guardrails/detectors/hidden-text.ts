/** Words of the instructions that leave in an answer, and canaries. */
import type { Detector, HiddenTexts } from "../detector.ts";
import type { Span } from "../view.ts";

/** Words in a row that are no coincidence. */
const WORDS = 8;
const WORD = /[\p{L}\p{N}]+/gu;

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
  const beginnings = new Set<string>();
  for (const text of instructions) {
    const words = [...text.matchAll(WORD)].map(([word]) => word);
    for (let at = 0; at + WORDS <= words.length; at++) {
      runs.add(words.slice(at, at + WORDS).join(" "));
      beginnings.add(`${words[at]} ${words[at + 1]}`);
    }
  }
  if (runs.size === 0 && canaries.length === 0) return NOTHING;
  return {
    find: (text) => [...runsIn(text, { runs, beginnings }), ...canaries.flatMap((canary) => placesOf(text, canary))],
  };
}

interface Runs {
  readonly runs: ReadonlySet<string>;
  /** Their first two words: most texts have none of them. */
  readonly beginnings: ReadonlySet<string>;
}

function runsIn(text: string, { runs, beginnings }: Runs): readonly Span[] {
  if (runs.size === 0) return [];
  const words = [...text.matchAll(WORD)];
  const found: Span[] = [];
  for (let at = 0; at + WORDS <= words.length; at++) {
    if (!beginnings.has(`${words[at]?.[0]} ${words[at + 1]?.[0]}`)) continue;
    const window = words.slice(at, at + WORDS);
    if (!runs.has(window.map(([word]) => word).join(" "))) continue;
    const first = window[0];
    const last = window.at(-1);
    if (first !== undefined && last !== undefined) found.push({ start: first.index, end: last.index + last[0].length });
  }
  return found;
}

function placesOf(text: string, canary: string): readonly Span[] {
  const found: Span[] = [];
  for (let at = text.indexOf(canary); at >= 0; at = text.indexOf(canary, at + canary.length)) {
    found.push({ start: at, end: at + canary.length });
  }
  return found;
}
