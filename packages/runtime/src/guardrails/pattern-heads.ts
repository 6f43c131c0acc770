/** With which letters the matches of a regular expression begin. Reads the part of the syntax that the rules are written in. */

const LONGEST = 8;

/** One thing that a pattern asks for, and whether it may be left out. */
type Item =
  | {
      readonly kind: "letters";
      readonly letters: readonly string[];
      readonly isOptional: boolean;
      readonly isRepeated: boolean;
    }
  | {
      readonly kind: "group";
      readonly alternatives: readonly Item[][];
      readonly isOptional: boolean;
      readonly isRepeated: boolean;
    }
  | { readonly kind: "anything" };

/** The first letters of every match, at most eight; the empty text where they are not known. */
export function headsOf(source: string): ReadonlySet<string> {
  const heads = new Set<string>();
  const known = (head: string): unknown => heads.add(head.slice(0, LONGEST));
  for (const items of new Reader(source).alternatives()) follow(items, 0, "", { known, next: known });
  return heads;
}

/** What a pattern may begin with, one pattern each: `a(?:b|c)` stays one, `(?:a|b)c` is `ac` and `bc`. */
export function branchesOf(source: string): readonly string[] {
  const alternatives = splitOutside(source, BAR);
  if (alternatives.length > 1) return alternatives.flatMap(branchesOf);
  const group = beginningGroup(source);
  if (group === undefined) return [source];
  const { start, end } = group;
  return splitOutside(source.slice(start + 3, end - 1), BAR).flatMap((one) =>
    branchesOf(`${source.slice(0, start)}${one}${source.slice(end)}`),
  );
}

/** Few enough to be kept one by one. */
const MOST_WORDS = 24;
/** A whole word, or several: letters, with groups of them and parts that may be left out. */
const WHOLE_WORDS = /^\\b((?:[a-z' -]|\(\?:|[|)?])+)\\b$/;
/** What has its ends where words have them. */
const WORDS = /^[a-z](?:[a-z' -]*[a-z])?$/;

/** All texts that a pattern for whole words matches; none for a pattern that is anything else, or for too many. */
export function wordsOf(source: string): readonly string[] {
  const inside = WHOLE_WORDS.exec(source)?.[1];
  if (inside === undefined) return [];
  const words = new Set(new Reader(inside).alternatives().flatMap((items) => textsOf(items) ?? ""));
  const all = [...words];
  return all.every((word) => WORDS.test(word) && !isBegun(word, words)) ? all : [];
}

/** Everything that some items match, where that is not too much. */
function textsOf(items: readonly Item[]): readonly string[] | undefined {
  let texts: readonly string[] = [""];
  for (const item of items) {
    const choices = item.kind === "anything" ? undefined : choicesOf(item);
    if (choices === undefined || texts.length * choices.length > MOST_WORDS) return undefined;
    texts = texts.flatMap((text) => choices.map((choice) => text + choice));
  }
  return texts;
}

function choicesOf(item: Exclude<Item, { kind: "anything" }>): readonly string[] | undefined {
  const choices: string[] = item.isOptional ? [""] : [];
  if (item.kind === "letters") return [...choices, ...item.letters];
  for (const alternative of item.alternatives) {
    const texts = textsOf(alternative);
    if (texts === undefined) return undefined;
    choices.push(...texts);
  }
  return choices;
}

/** Whether the words of it up to some space are one of them as well: which of the two is found depends on the pattern. */
function isBegun(word: string, words: ReadonlySet<string>): boolean {
  return [...word.matchAll(/[^a-z]/g)].some(({ index }) => words.has(word.slice(0, index)));
}

const BAR = /\|/;
const QUANTITY = /[?*+{]/;

/** The group that a pattern begins with, behind what only looks; none where it may be left out or repeated. */
function beginningGroup(source: string): { readonly start: number; readonly end: number } | undefined {
  let start = 0;
  for (;;) {
    if (source.startsWith("\\b", start)) start += 2;
    else if (/^\(\?<?[=!]/.test(source.slice(start, start + 4))) start = endOfGroup(source, start);
    else break;
  }
  if (!source.startsWith("(?:", start)) return undefined;
  const end = endOfGroup(source, start);
  return QUANTITY.test(source[end] ?? "") ? undefined : { start, end };
}

/** Splits where the pattern matches outside of groups and sets; groups of the pattern are kept in between. */
export function splitOutside(source: string, pattern: RegExp): readonly string[] {
  const sticky = new RegExp(pattern.source, "y");
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < source.length; ) {
    sticky.lastIndex = at;
    const match = sticky.exec(source);
    if (match !== null) parts.push(source.slice(from, at), ...match.slice(1));
    at = match === null ? endOfItem(source, at) : at + match[0].length;
    if (match !== null) from = at;
  }
  return [...parts, source.slice(from)];
}

/** Where the character, set or group ends that begins at a place. */
export function endOfItem(source: string, start: number): number {
  if (source[start] === "\\") return start + 2;
  if (source[start] === "[") return endOfSet(source, start) + 1;
  return source[start] === "(" ? endOfGroup(source, start) : start + 1;
}

function endOfGroup(source: string, start: number): number {
  let at = start + 1;
  while (at < source.length && source[at] !== ")") at = endOfItem(source, at);
  return at + 1;
}

/** How often what ends at a place is asked for; nothing = once. */
export function quantityAt(source: string, at: number): string {
  const quantity = /(?:[?*+]|\{\d+(?:,\d*)?\})\??/y;
  quantity.lastIndex = at;
  return quantity.exec(source)?.[0] ?? "";
}

/** Whom beginnings are told: those that end here, and those that what comes after the items may make longer. */
interface Told {
  readonly known: (head: string) => unknown;
  readonly next: (head: string) => unknown;
}

/** Goes through what the items from a place on may begin with. */
function follow(items: readonly Item[], at: number, head: string, { known, next }: Told): void {
  const item = items[at];
  if (head.length >= LONGEST || item?.kind === "anything") known(head);
  else if (item === undefined) next(head);
  else {
    const rest = (longer: string): void => follow(items, at + 1, longer, { known, next });
    // What is repeated may go on, or what follows it may come: the head ends there.
    const after = item.isRepeated ? known : rest;
    if (item.isOptional) rest(head);
    if (item.kind === "letters") for (const letter of item.letters) after(head + letter);
    else for (const alternative of item.alternatives) follow(alternative, 0, head, { known, next: after });
  }
}

/** Where the set ends that begins at a place. */
function endOfSet(source: string, start: number): number {
  let at = start + 1;
  while (at < source.length && source[at] !== "]") at += source[at] === "\\" ? 2 : 1;
  return at;
}

/** Takes a source apart. */
class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** Up to the end of the source, or of the group. */
  alternatives(): Item[][] {
    const all: Item[][] = [[]];
    while (this.#at < this.#source.length && this.#source[this.#at] !== ")") {
      if (this.#source[this.#at] === "|") {
        this.#at++;
        all.push([]);
      } else {
        const item = this.#item();
        if (item !== undefined) all.at(-1)?.push(item);
      }
    }
    return all;
  }

  #item(): Item | undefined {
    const character = this.#source[this.#at] ?? "";
    if (character === "(") return this.#group();
    if (character === "[") return this.#set();
    if (character === "\\") return this.#escape();
    this.#at++;
    if (character === ".") return this.#anything();
    if (character === "^" || character === "$") return undefined;
    return this.#quantified([character]);
  }

  /** Groups that only look ahead or behind take no letters. */
  #group(): Item | undefined {
    const opening = /\(\?(?::|<?[=!])/y;
    opening.lastIndex = this.#at;
    const sign = opening.exec(this.#source)?.[0] ?? "(";
    this.#at += sign.length;
    const alternatives = this.alternatives();
    this.#at++;
    if (sign !== "(?:" && sign !== "(") return undefined;
    return { kind: "group", alternatives, ...this.#quantity() };
  }

  /** Only sets of single characters are read as letters. */
  #set(): Item {
    const end = endOfSet(this.#source, this.#at);
    const inside = this.#source.slice(this.#at + 1, end);
    this.#at = end + 1;
    return /[\\^]|.-./.test(inside) ? this.#anything() : this.#quantified(Array.from(inside));
  }

  #escape(): Item | undefined {
    const sign = this.#source[this.#at + 1] ?? "";
    this.#at += 2;
    if (sign === "b" || sign === "B") return undefined;
    if (sign === "p" || sign === "P") this.#at = this.#source.indexOf("}", this.#at) + 1;
    if (sign === "u") this.#at += 4;
    if (sign === "d") return this.#quantified(Array.from("0123456789"));
    return /[a-zA-Z0-9]/.test(sign) ? this.#anything() : this.#quantified([sign]);
  }

  #anything(): Item {
    this.#quantity();
    return { kind: "anything" };
  }

  #quantified(letters: readonly string[]): Item {
    return { kind: "letters", letters, ...this.#quantity() };
  }

  #quantity(): { readonly isOptional: boolean; readonly isRepeated: boolean } {
    const sign = quantityAt(this.#source, this.#at);
    this.#at += sign.length;
    return { isOptional: /^[?*]|^\{0/.test(sign), isRepeated: sign !== "" && !sign.startsWith("?") };
  }
}
