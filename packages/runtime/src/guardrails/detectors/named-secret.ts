/** Secrets that the text names: `password=…`, `"api_key": "…"`, `Authorization: Bearer …`. Placeholders and words about passwords are none. */
import { type Detector, matchesOf } from "../detector.ts";
import { foldText } from "../folding.ts";
import type { Span } from "../view.ts";

/** In the form that the normaliser gives to text, without marks; so are all names here. */
const NAME = foldText(
  "(?:api[ _-]?key|apikey|[a-z]{1,12}password|pass(?:word|wd|phrase|code)?|pwd|secret(?:[ _-]?(?:access)?[ _-]?key)?|client[_-]?secret|(?:access|auth|refresh|session|bearer|id|private)?[ _-]?token|access[ _-]?key|private[ _-]?key|signing[ _-]?key|shared[ _-]?access[ _-]?key|encryption[ _-]?key|credentials?|authorization|passwort|kennwort|mot de passe|contraseña|senha|пароль|密码|パスワード)",
);
/** What every such name ends with, and what has to stand behind it: most texts have neither, and where they do, the whole is tried. */
const ENDS = new RegExp(
  foldText(
    "(?:key|pass(?:word|wd|phrase|code|wort|e)?|pwd|secret|token|credentials?|authorization|kennwort|contraseña|senha|пароль|密码|パスワード)(?=[\"'`*]{0,3}\\s{0,3}[=:は是为]|\\s{1,3}(?:for |is|was|ist|lautet|es|est|e|to))",
  ),
  "giu",
);
/** Longer than what stands in any of the names before that. */
const LONGEST_BEFORE = 24;
const ASSIGNED = new RegExp(
  `(?<![a-z])${NAME}["'\`*]{0,3}\\s{0,3}(=>|:=|[=:]|は|是|为)\\s{0,3}["'\`*]{0,3}(?:(?:bearer|basic|token)\\s{1,3})?([^\\s"'\`,;&<>(){}[\\]\\\\*]{3,4096})`,
  "iuy",
);
const SAID = new RegExp(
  `(?<![a-z])${NAME}\\s{1,3}(?:for [a-z0-9 ._-]{1,30} )?(?:is|was|ist|lautet|es|est|e|to)\\s{0,2}:?\\s{0,3}["'\`]?([^\\s"'\`,;&<>(){}[\\]\\\\]{4,4096})`,
  "iuy",
);
const BEARER = /\bbearer\s{1,3}([A-Za-z0-9._~+/=-]{12,4096})/gi;

const PLACEHOLDER =
  /^(?:\[redacted|x{3,}|\*{3,}|\.{3,}|…|_{3,}|\$[{(]|\{\{|%[a-z]|your[-_ ]|my[-_]?(?:password|key|token|secret)$|null\b|none\b|undefined\b|true\b|false\b|required\b|optional\b|string\b|number\b|example\b|changeme\b|placeholder\b|n\/a\b|process\.env|os\.environ|env\.|getenv|config\.|https?:)/i;

export const namedSecret: Detector = {
  rule: "secret.named",
  type: "SECRET",
  severity: "critical",
  reads: "plain",
  readsEncoded: true,
  find: (text) => {
    const ends = matchesOf(text, ENDS).map(({ index }) => index);
    return [
      ...values(named(text, ends, ASSIGNED), 2, (value, sign) => isSecret(value, sign.includes("="))),
      ...values(named(text, ends, SAID), 1, (value) => isSecret(value, false) && hasDigitOrSign(value)),
      ...values(matchesOf(text, BEARER), 1, (value) => hasDigitOrSign(value)),
    ];
  },
};

/** All matches, one behind the other, of a sticky pattern in which a name ends at one of the places. */
function named(text: string, ends: readonly number[], pattern: RegExp): readonly RegExpExecArray[] {
  const found: RegExpExecArray[] = [];
  let from = 0;
  for (const end of ends) {
    for (let at = Math.max(from, end - LONGEST_BEFORE); at <= end; at++) {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (match === null) continue;
      found.push(match);
      from = match.index + match[0].length;
      break;
    }
  }
  return found;
}

function values(
  matches: readonly RegExpExecArray[],
  group: number,
  isOne: (value: string, sign: string) => boolean,
): readonly Span[] {
  const found: Span[] = [];
  for (const match of matches) {
    const value = (match[group] ?? "").replace(/(?<![.!?:])[.!?:]+$/, "");
    const start = match.index + match[0].length - (match[group] ?? "").length;
    if (isOne(value, match[1] ?? "")) found.push({ start, end: start + value.length });
  }
  return found;
}

/** After `=` anything that is no placeholder; after `:` and words there may as well be a sentence. */
function isSecret(value: string, isAssigned: boolean): boolean {
  if (value.length < 3 || PLACEHOLDER.test(value) || /^-?\d{1,5}(?:\.\d+)?$/.test(value)) return false;
  return isAssigned || hasDigitOrSign(value) || (value.length >= 12 && /[a-z]/.test(value) && /[A-Z]/.test(value));
}

const hasDigitOrSign = (value: string): boolean => /\d/.test(value) || /[!@#$%^&*+/_~]/.test(value.slice(0, -1));
