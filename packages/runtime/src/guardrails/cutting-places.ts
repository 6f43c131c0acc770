/**
 * Where a text that comes in pieces must not be cut: links and pictures are only what they are when their last character is there, and a
 * definition may make a picture of what comes long after it, or came long before. Pure.
 */

/** Longer than any link, picture or element that detectors look for. */
const LONGEST = 4_608;
/** Elements that fetch something when they are shown; they are found once their address is there. */
const ELEMENT = /<\s{0,4}(?:img|image|video|audio|source|track|input)\b/gi;
/** `[name]: address` at the beginning of a line. */
const DEFINITION = /^[ ]{0,3}\[[^\]\n]{1,256}\]:\s{1,8}<?[^\s>]{0,12}(?:[:&]|[\\/]{2})/m;
const REFERENCED_IMAGE = /!\[[^\]\n]{0,256}\](?!\()/;

/** Stands for a picture whose address is still to come, where the text that had it is forgotten. */
const IMAGE_BEFORE = "![][\n";

/** What later text must still know of a text that is forgotten. */
export const remembered = (text: string): string => (REFERENCED_IMAGE.test(text) ? IMAGE_BEFORE : "");

/** The last place up to `end`, from `from` on, at which the text may be cut, whatever comes after it. */
export function cuttingPlace(text: string, from: number, end: number): number {
  const line = text.lastIndexOf("\n", from - 1) + 1;
  const definition = DEFINITION.exec(text.slice(line))?.index ?? Number.POSITIVE_INFINITY;
  const known = Math.min(end, Math.max(from, line + definition));
  const near = Math.max(from, text.length - LONGEST);
  return Math.min(bracketBefore(text, near, known), elementBefore(text, near, known));
}

/** The first bracket that is not closed by `end`, or `end`. */
function bracketBefore(text: string, from: number, end: number): number {
  for (let at = text.indexOf("[", from); at >= 0 && at < end; at = text.indexOf("[", at + 1)) {
    if (closeOf(text, at) <= end) continue;
    return at > from && text[at - 1] === "!" ? at - 1 : at;
  }
  return end;
}

/** Behind the end of what a bracket begins: a link with its address, or nothing of that kind; infinite while that is open. */
function closeOf(text: string, at: number): number {
  const isImage = text[at - 1] === "!";
  const line = isImage ? -1 : text.indexOf("\n", at);
  const label = isImage ? descriptionEnd(text, at) : text.indexOf("]", at);
  if (line >= 0 && (label < 0 || line < label)) return at + 1;
  if (label < 0 || label + 1 >= text.length) return Number.POSITIVE_INFINITY;
  if (text[label + 1] !== "(") return label + 2;
  const close = text.indexOf(")", label);
  return close < 0 ? Number.POSITIVE_INFINITY : close + 1;
}

/** The bracket that closes a picture's description, which may hold others; -1 while it is open. */
function descriptionEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === "\\") at++;
    else if (character === "[") depth++;
    else if (character === "]" && --depth === 0) return at;
  }
  return -1;
}

/** The first element that is not closed by `end`, or `end`. */
function elementBefore(text: string, from: number, end: number): number {
  for (const { index } of text.slice(from, end).matchAll(ELEMENT)) {
    const close = text.indexOf(">", from + index);
    if (close < 0 || close >= end) return from + index;
  }
  return end;
}
