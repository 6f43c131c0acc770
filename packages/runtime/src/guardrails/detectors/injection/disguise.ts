/** Other readings of a folded text that people make out and simple filters do not. Each is made only where something points to it. Pure. */
import type { View } from "../../view.ts";
import { brokenWords, withoutBreaks } from "./broken-words.ts";
import { isOrderWord } from "./order-words.ts";
import { squeezedOrders } from "./squeezed.ts";

const LEET: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "8": "b",
  "@": "a",
  $: "s",
  "!": "i",
  "|": "i",
  "+": "t",
};
const LEET_WORD = /(?<![\w])(?=[a-z]{0,20}[013457@$!|+])[a-z013457@$!|+]{3,24}(?![\w])/g;
/** The sign comes first, since a search for few characters is quick: up to two signs between two letters, or one before two. */
const LEET_INSIDE = /[013457@$!|+](?:(?<=[a-z].)[013457@$!|+]?[a-z]|(?<=(?<![a-z0-9])[013457@$!|])[a-z]{2})/;
const SPACED = /(?<![a-z0-9])[a-z](?:[ ._*~|/-]{1,2}[a-z]){4,200}(?![a-z0-9])/g;
/** Three letters with such signs around each: what every longer run has inside. */
const SPACED_INSIDE = /[ ._*~|/-][a-z][ ._*~|/-]{1,2}[a-z][ ._*~|/-]{1,2}[a-z][ ._*~|/-]/;
/** Names of files and parts of programs are broken as well: fewer breaks than this are no disguise. */
const LEAST_BREAKS = 6;
const BACKWARDS = /snoitcurtsni|tpmorp|erongi|drager(?:sid)|laever|suoiverp/;
const ROTATED = /vtaber|vafgehpgvbaf|cerivbhf|cebzcg|erirny|sbetrg|qvfertneq/;

/** Readings of the whole text, the text itself not among them: what is written in place, backwards, and turned by 13 letters. */
export function disguises(view: View): readonly View[] {
  const readings = [inPlace(view)];
  if (BACKWARDS.test(view.text)) readings.push(whole(view, Array.from(view.text).toReversed().join("")));
  if (ROTATED.test(view.text)) readings.push(whole(view, view.text.replace(/[a-z]/g, rotated)));
  return readings.filter(({ text }) => text !== view.text);
}

/**
 * One reading for all three: each by itself would cost as much as the text again. Names of things are spelled like disguised words; only what
 * comes out as a word of some rule is written anew.
 */
function inPlace(view: View): View {
  const letters = LEET_INSIDE.test(view.text) ? view.replaced(LEET_WORD, fromLeet) : view;
  const words = SPACED_INSIDE.test(letters.text) ? letters.replaced(SPACED, joined) : letters;
  const broken = brokenWords(words.text);
  const breaks = broken.reduce((sum, word) => sum + word.breaks, 0);
  return breaks >= LEAST_BREAKS ? words.rewritten(broken, mended) : words;
}

function mended(run: string): string {
  const word = withoutBreaks(run);
  return isOrderWord(word) || squeezedOrders(word).length > 0 ? word : run;
}

const isMixed = (word: string): boolean => /[a-z]/.test(word);

function fromLeet(word: string): string {
  if (!isMixed(word)) return word;
  const plain = word.replace(/[0134578@$!|+]/g, (sign) => LEET[sign] ?? sign);
  return isOrderWord(plain) ? plain : word;
}

/** Letters with something between each two; two signs in a row part words. */
function joined(run: string): string {
  return run.replace(/([a-z])([ ._*~|/-]{1,2})(?=[a-z])/g, (_, letter: string, between: string) =>
    between.length > 1 ? `${letter} ` : letter,
  );
}

const rotated = (letter: string): string => String.fromCodePoint(((letter.charCodeAt(0) - 97 + 13) % 26) + 97);

/** A reading without places: it stands for all of the text. */
const whole = (view: View, text: string): View => view.decoded(text, { start: 0, end: view.text.length });
