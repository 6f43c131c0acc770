/** Markdown's links and pictures, in one pass over the text, whatever stands in their brackets. */

/** `[label](address)`, or `![label](address)`, which is a picture; ends excluded. */
export interface Bracketed {
  readonly start: number;
  readonly end: number;
  readonly isImage: boolean;
  readonly address: string;
}

const TARGET = /\(\s{0,8}(?:<([^<>\n]{1,2048})>|<?([^\s)>]{1,2048})>?)(?:\s[^)]{0,512})?\)/y;

/** A bracket, or one that a backslash takes the meaning from. */
const SIGN = /\\[^]?|[[\]]/g;

/** All of them, those inside of others before them. Brackets that a backslash takes the meaning from count for nothing. Pure. */
export function bracketed(text: string): readonly Bracketed[] {
  const found: Bracketed[] = [];
  const open: number[] = [];
  const last = text.lastIndexOf("](");
  if (last < 0) return found;
  SIGN.lastIndex = text.indexOf("[");
  for (let sign = SIGN.exec(text); sign !== null && sign.index <= last; sign = SIGN.exec(text)) {
    const { 0: character, index: at } = sign;
    if (character === "[") open.push(at);
    if (character !== "]") continue;
    const start = open.pop();
    const target = start === undefined ? undefined : targetAt(text, at + 1);
    if (start === undefined || target === undefined) continue;
    const isImage = text[start - 1] === "!";
    found.push({ start: isImage ? start - 1 : start, isImage, ...target });
  }
  return found;
}

function targetAt(text: string, at: number): Pick<Bracketed, "end" | "address"> | undefined {
  if (text[at] !== "(") return undefined;
  TARGET.lastIndex = at;
  const match = TARGET.exec(text);
  if (match === null) return undefined;
  return { address: match[1] ?? match[2] ?? "", end: at + match[0].length };
}
