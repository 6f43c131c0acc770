/** The words of a rule's condition. Pure. */

export type Token =
  | { readonly kind: "number"; readonly value: number; readonly at: number }
  | { readonly kind: "text"; readonly value: string; readonly at: number }
  /** A name, or one of the words `and or not in true false null`. */
  | { readonly kind: "name"; readonly value: string; readonly at: number }
  | { readonly kind: "sign"; readonly value: string; readonly at: number }
  | { readonly kind: "end"; readonly value: ""; readonly at: number };

/** What is wrong with a condition, and where; `at` counts characters from 0. */
export class ConditionError extends Error {
  readonly at: number;
  constructor(reason: string, at: number) {
    super(`${reason}, at character ${at + 1}`);
    this.at = at;
  }
}

const SPACE = /\s+/y;
const NUMBER = /\d{1,15}(?:\.\d{1,15})?/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]{0,63}/y;
const TEXT = /"((?:[^"\\\n]|\\["\\])*)"|'((?:[^'\\\n]|\\['\\])*)'/y;
const SIGN = /<=|>=|==|!=|[<>()+\-*/.[\]]/y;

/** Splits a condition. Throws {@link ConditionError}. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at += found[0].length;
    return found;
  };
  for (match(SPACE); at < text.length; match(SPACE)) {
    const from = at;
    const number = match(NUMBER);
    if (number !== null) {
      tokens.push({ kind: "number", value: Number(number[0]), at: from });
      continue;
    }
    const name = match(NAME);
    if (name !== null) {
      tokens.push({ kind: "name", value: name[0], at: from });
      continue;
    }
    const quoted = match(TEXT);
    if (quoted !== null) {
      tokens.push({ kind: "text", value: (quoted[1] ?? quoted[2] ?? "").replace(/\\(.)/g, "$1"), at: from });
      continue;
    }
    const sign = match(SIGN);
    if (sign === null) throw new ConditionError(`${JSON.stringify(text[from])} is no part of a condition`, from);
    tokens.push({ kind: "sign", value: sign[0], at: from });
  }
  return [...tokens, { kind: "end", value: "", at: text.length }];
}
