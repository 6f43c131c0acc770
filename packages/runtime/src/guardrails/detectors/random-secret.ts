/** Keys that nothing names: long words that look drawn by lot. Hashes, identifiers and file contents look otherwise. */
import { before, type Detector, Shared } from "../detector.ts";
import { digitRuns } from "../digit-runs.ts";
import type { Span } from "../view.ts";

const WORD = /(?<![\w+/=.%-])[A-Za-z0-9+/_-]{24,128}={0,2}(?![\w+/-])/y;
const LEAST = 24;
/** Bits a character from which a word of this kind is no language; random base 64 of 32 characters has about 4.5. */
const LEAST_ENTROPY = 3.9;
/** What stands before hashes of files, pictures in text, parts of addresses. */
const NAMED_OTHERWISE =
  /(?:sha\d{1,3}-|base64,|integrity["':= ]{1,4}|https?:\/\/\S{0,512}|[/\\]|(?:hash|digest|checksum|etag|uuid|guid|commit|trace|span|request|session|correlation|message)[_ -]?(?:id)?["':= ]{1,4})$/i;

export const randomSecret: Detector = {
  rule: "secret.random",
  type: "SECRET",
  severity: "high",
  reads: "plain",
  readsEncoded: false,
  find: (text, _scene, shared = new Shared(text)) =>
    shared.get(digitRuns).flatMap(({ start, end }): readonly Span[] => {
      const word = end - start >= LEAST ? wordAt(text, start) : "";
      const isKey = word !== "" && isDrawnByLot(word) && !NAMED_OTHERWISE.test(before(text, start, 128));
      return isKey ? [{ start, end: start + word.length }] : [];
    }),
};

function wordAt(text: string, start: number): string {
  WORD.lastIndex = start;
  return WORD.exec(text)?.[0] ?? "";
}

function isDrawnByLot(word: string): boolean {
  const count = (kind: RegExp): number => word.match(kind)?.length ?? 0;
  if (count(/\d/g) < 3 || count(/[A-Z]/g) < 3 || count(/[a-z]/g) < 3) return false;
  // Words, paths and identifiers stay within one kind for long.
  if (count(/[a-z]{6,}|[A-Z]{6,}|\d{6,}|[_/-]{2,}/g) > 0 || count(/[/_-]/g) > word.length / 8) return false;
  return entropy(word) >= LEAST_ENTROPY && !isText(word);
}

/** Shannon's entropy of the characters, bits. */
function entropy(word: string): number {
  const counts = new Map<string, number>();
  for (const character of word) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / word.length) * Math.log2(count / word.length);
  return bits;
}

/** Base 64 of a text is no key; the text is looked into by itself. */
function isText(word: string): boolean {
  const decoded = Buffer.from(word, "base64").toString("latin1");
  // oxlint-disable-next-line no-control-regex -- whether it is text is the question
  return /^[\t\n\r\u0020-\u007e]*$/.test(decoded);
}
