import { foldText } from "../../normalise.ts";

/** One sign that a text gives orders to the model that reads it. */
export interface Feature {
  readonly name: string;
  /** What it adds to the score; a text with 1 or more is taken for an injection. */
  readonly weight: number;
  /** First letters of words, in sets: a text without any of one set need not be searched. None = it has to be. */
  readonly heads: readonly ReadonlySet<string>[];
  /** Over the folded text; global, and linear. */
  readonly pattern: RegExp;
}

/** A list of alternatives, with ` | ` or an end of line between them; bars inside of groups have no spaces on both sides. */
export const any = (list: string): string =>
  list
    .trim()
    .split(/ \| |(?<!\s)\s*\n\s*/)
    .filter((one) => one !== "")
    .join("|");

/** A feature by its pattern's source, in the form that the normaliser gives to text. Heads are parted by spaces; none = always searched. */
export function feature(name: string, weight: number, heads: string | readonly string[], source: string): Feature {
  const sets = (typeof heads === "string" ? [heads] : heads).filter((set) => set !== "");
  let compiled: RegExp | undefined;
  return {
    name,
    weight,
    heads: sets.map((set) => new Set(set.split(" "))),
    // Every process loads the features, and most screen nothing.
    get pattern() {
      return (compiled ??= new RegExp(foldText(source), "gu"));
    },
  };
}

/** The heads of all words in a list of alternatives. */
export function headsIn(list: string): string {
  const plain = foldText(list).replaceAll(/\\p\{[A-Z][a-z]?\}/g, "");
  return [...headsOf(plain)].filter((head) => head.length > 2).join(" ");
}

/** Letters of a word that are looked at first. */
const HEAD = 4;
const WORD = /[a-z]+/g;

/** The first letters of all words of a text. */
export function headsOf(text: string): ReadonlySet<string> {
  const heads = new Set<string>();
  for (const [word] of text.matchAll(WORD)) heads.add(word.slice(0, HEAD));
  return heads;
}

/** Whether a text with these heads may hold the feature. */
export function mayHold({ heads }: Feature, present: ReadonlySet<string>): boolean {
  return heads.every((set) => isAnyIn(set, present));
}

function isAnyIn(set: ReadonlySet<string>, present: ReadonlySet<string>): boolean {
  for (const head of set) if (present.has(head)) return true;
  return false;
}

/** Some words in between, in the same sentence. */
export const gap = (most: number): string => `[^.!?\\n]{0,${most}}?`;

/** Instructions for something, or of somebody, are not those of the model. */
export const NOT_OURS =
  "(?! (?:for(?! (?:a (?:sec|second|moment|minute|while|bit)|now|this|me|once|one|today|the next|my next|your next)\\b)|on|about|regarding|concerning|manual|booklet|sheet|leaflet|from (?:the|our|my) (?:doctor|teacher|boss|manager|bank|supplier)|of the (?:game|house|road|course|club|court)))";
