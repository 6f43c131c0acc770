import { foldText } from "../../folding.ts";
import { splitOutside } from "../../pattern-heads.ts";

/** One sign that a text gives orders to the model that reads it. */
export interface Feature {
  readonly name: string;
  /** What it adds to the score; a text with 1 or more is taken for an injection. */
  readonly weight: number;
  /** Patterns over the folded text, each of which begins with a word, one after the other in one sentence. */
  readonly steps: readonly string[];
  /** Most characters between each two steps. */
  readonly gaps: readonly number[];
}

/** A list of alternatives, with ` | ` or an end of line between them; bars inside of groups have no spaces on both sides. */
export const any = (list: string): string =>
  list
    .trim()
    .split(/ \| |(?<!\s)\s*\n\s*/)
    .filter((one) => one !== "")
    .join("|");

const GAP = /\[\^\.!\?\\n\]\{0,(\d+)\}\??/;

/** Some words in between, in the same sentence. */
export const gap = (most: number): string => `[^.!?\\n]{0,${most}}?`;

/** Features by the source of a pattern, in the form that the normaliser gives to text: one for each of its alternatives. */
export function feature(name: string, weight: number, source: string): readonly Feature[] {
  return splitOutside(foldText(source), /\|/).map((alternative) => {
    const [first = "", ...rest] = splitOutside(alternative, GAP);
    const steps = [first];
    const gaps: number[] = [];
    for (let at = 0; at < rest.length; at += 2) {
      gaps.push(Number(rest[at]));
      steps.push(rest[at + 1] ?? "");
    }
    return { name, weight, steps, gaps };
  });
}

/** Instructions for something, or of somebody, are not those of the model. */
export const NOT_OURS =
  "(?! (?:for(?! (?:a (?:sec|second|moment|minute|while|bit)|now|this|me|once|one|today|the next|my next|your next)\\b)|on|about|regarding|concerning|manual|booklet|sheet|leaflet|from (?:the|our|my) (?:doctor|teacher|boss|manager|bank|supplier)|of the (?:game|house|road|course|club|court)))";
