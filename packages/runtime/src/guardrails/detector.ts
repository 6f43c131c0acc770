/** What a filter is made of: rules, each with a detector that finds it in a text. */
import type { Span } from "./view.ts";

/** How bad it is, whatever is done about it. */
export const SEVERITIES = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Finds one kind of thing. Pure, linear in the length of the text, and never throws. */
export interface Detector {
  /** `<group>.<name>`: what reports, settings and the journal call it. */
  readonly rule: string;
  /** The word in `[REDACTED_<type>]`; nothing = what is found is left out without a mark. */
  readonly type: string;
  readonly severity: Severity;
  /**
   * What it reads: `raw` the text as it came, `plain` the normalised text, `folded` the same in lower case and without look-alike letters,
   * as well as everything that was decoded.
   */
  readonly reads: "raw" | "plain" | "folded";
  /** Whether it is looked for in what was encoded as well. */
  readonly readsEncoded: boolean;
  /** Without `shared` it finds everything out by itself. */
  find(text: string, scene: Scene, shared?: Shared): readonly Span[];
}

/** What several rules need to know of one text: each thing is found out once, by the function that finds it out. */
export class Shared {
  readonly #text: string;
  readonly #known = new Map<(text: string) => unknown, unknown>();

  constructor(text: string) {
    this.#text = text;
  }

  get<T>(findOut: (text: string) => T): T {
    if (!this.#known.has(findOut)) this.#known.set(findOut, findOut(this.#text));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is what the function has returned
    return this.#known.get(findOut) as T;
  }
}

/** What a detector may know besides the text. */
export interface Scene {
  /** Hosts that links and pictures may point to. */
  readonly hosts: readonly string[];
  /** Longest input, characters. */
  readonly maxLength: number;
  /** Texts that must not leave: instructions of the role, canaries. */
  readonly hidden: HiddenTexts;
}

/** Texts that must not leave, prepared for looking them up. */
export interface HiddenTexts {
  find(text: string): readonly Span[];
}

/** All matches of a global pattern, or of one group of it, that pass the check. */
export function matches(
  text: string,
  pattern: RegExp,
  isRight: (match: RegExpExecArray) => boolean = () => true,
): readonly Span[] {
  const found: Span[] = [];
  for (const match of matchesOf(text, pattern)) {
    if (isRight(match)) found.push({ start: match.index, end: match.index + match[0].length });
  }
  return found;
}

/** All matches of a global pattern from a place on. What `matchAll` gives, without the copy of the pattern that it makes for each text. */
export function matchesOf(text: string, pattern: RegExp, from = 0): readonly RegExpExecArray[] {
  const found: RegExpExecArray[] = [];
  pattern.lastIndex = from;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    found.push(match);
    if (match[0] === "") pattern.lastIndex++;
  }
  return found;
}

/** The last characters before a place, for what stands in front of a number. */
export const before = (text: string, at: number, length: number): string => text.slice(Math.max(0, at - length), at);
