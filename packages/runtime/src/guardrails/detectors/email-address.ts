/** E-mail addresses, also as people write them to hide them from machines: `jo (at) example (dot) org`. */
import { type Detector, matches } from "../detector.ts";
import type { Span } from "../view.ts";

/** Letters of scripts that put no space between words. */
const WIDE = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}`;
/** Parts of an address in such a script, and in all others: in a sentence of the former, one of the latter ends where its letters do. */
const WIDE_PARTS = partsOf("");
const PARTS = partsOf(WIDE);

function partsOf(others: string): { readonly local: RegExp; readonly domain: RegExp } {
  const letter = String.raw`[\p{L}--[${others}]]`;
  const inside = String.raw`[${letter}\p{N}]`;
  const name = `${inside}(?:[${inside}\\-]{0,61}${inside})?`;
  return {
    local: new RegExp(String.raw`[${inside}._%+'\-]`, "v"),
    domain: new RegExp(
      String.raw`^(?:(?:${name}\.){1,8}(?:xn--[a-z0-9\-]{2,59}|${letter}{2,24})(?![${inside}@])|\[(?:IPv6:)?[0-9a-f:.]{3,45}\])`,
      "iv",
    ),
  };
}
const IS_WIDE = new RegExp(`[${WIDE}]`, "u");
const partsBy = (letter: string | undefined): typeof PARTS => (IS_WIDE.test(letter ?? "") ? WIDE_PARTS : PARTS);

/** `"two words"@…` */
const QUOTED = /(?<![\w"])"[^"\n]{1,62}"$/;
const LONGEST = { local: 64, domain: 253 };
/** `icon@2x.png`: a picture's name and no address. */
const PICTURE = /^\d(?:\.\d)?x\.(?:png|jpe?g|gif|webp|svg|avif)$/i;

const END =
  "com|org|net|edu|gov|mil|int|info|biz|io|ai|app|dev|co|me|de|uk|fr|es|it|nl|be|at|ch|pl|ru|se|no|dk|fi|pt|cz|eu|us|ca|au|nz|jp|cn|in|br|mx|za|ie|kr|tr|ua|example|test|local|internal";
/** With brackets around `at` any domain will do; in plain words it has to end as domains do. */
const IN_BRACKETS =
  /(?<![\w.])[a-z0-9][a-z0-9._%+-]{0,63}\s{0,2}[[({<]\s?(?:at|@|ät|chez|arroba)\s?[\])}>]\s{0,2}[a-z0-9][a-z0-9-]{0,62}(?:\s{0,2}(?:[[({<]\s?(?:dot|\.|punkt|point|punto)\s?[\])}>]|\.|\sdot\s)\s{0,2}[a-z0-9][a-z0-9-]{0,62}){1,4}/gi;
const IN_WORDS = new RegExp(
  `(?<![\\w.])[a-z0-9][a-z0-9._%+-]{0,63}(?: (?:dot|punkt) [a-z0-9]{1,30}){0,3}\\s{1,2}(?:at|arroba)\\s{1,2}[a-z0-9][a-z0-9-]{0,62}(?:\\s{1,2}(?:dot|punkt|point|punto)\\s{1,2}[a-z0-9][a-z0-9-]{0,30}){0,3}\\s{1,2}(?:dot|punkt|point|punto)\\s{1,2}(?:${END})\\b`,
  "gi",
);
/** What there has to be before the longer patterns are tried. */
const AT_IN_BRACKETS = /[[({<]\s?(?:at|@|ät|chez|arroba)\s?[\])}>]/i;
const AT_IN_WORDS = /\s(?:at|arroba)\s[\s\S]{0,200}?\s(?:dot|punkt|point|punto)\s/i;
const SPACED = new RegExp(
  `(?<![\\w.])[a-z0-9][a-z0-9._%+-]{0,63}(?: @ ?| ?@ )[a-z0-9][a-z0-9-]{0,62}(?: ?\\. ?[a-z0-9][a-z0-9-]{0,30}){0,3} ?\\. ?(?:${END})\\b`,
  "gi",
);

export const emailAddress: Detector = {
  rule: "pii.email",
  type: "EMAIL",
  severity: "medium",
  reads: "plain",
  readsEncoded: true,
  find: (text) => [
    ...addresses(text),
    ...(/ @|@ /.test(text) ? matches(text, SPACED) : []),
    ...(AT_IN_BRACKETS.test(text) ? matches(text, IN_BRACKETS) : []),
    ...(AT_IN_WORDS.test(text) ? matches(text, IN_WORDS) : []),
  ],
};

function addresses(text: string): readonly Span[] {
  const found: Span[] = [];
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    // Names of packages and people begin with the sign: most have nothing before it.
    const start = startOfLocal(text, at, partsBy(text[at - 1]).local);
    if (start === undefined) continue;
    const domain = partsBy(text[at + 1]).domain.exec(text.slice(at + 1, at + 1 + LONGEST.domain))?.[0];
    if (domain === undefined || PICTURE.test(domain)) continue;
    const end = at + 1 + domain.length;
    if (!isOtherThing(text, start, at, end)) found.push({ start, end });
  }
  return found;
}

function startOfLocal(text: string, at: number, local: RegExp): number | undefined {
  if (text[at - 1] === '"') return quotedBefore(text, at);
  let start = at;
  while (start > 0 && at - start < LONGEST.local && local.test(text[start - 1] ?? "")) start--;
  while (start < at && /[.'-]/.test(text[start] ?? "")) start++;
  return start === at ? undefined : start;
}

function quotedBefore(text: string, at: number): number | undefined {
  const quoted = QUOTED.exec(text.slice(Math.max(0, at - LONGEST.local - 1), at));
  return quoted === null ? undefined : at - quoted[0].length;
}

/** `git@host:path`, a name on a social network (`@user@host`), or the password in an address of the web, which is a secret of its own. */
function isOtherThing(text: string, start: number, at: number, end: number): boolean {
  const front = text[start - 1];
  if (front === "@" || (front === ":" && /\/\/[^\s/@]{0,64}$/.test(text.slice(Math.max(0, start - 80), start))))
    return true;
  return text.slice(start, at) === "git" && text[end] === ":";
}
