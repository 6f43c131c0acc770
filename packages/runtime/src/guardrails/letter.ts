/** What the units of a text are: letters, digits, parts of words, at the cost of a look-up. */

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
/** By unit, once it was looked at. */
const KNOWN = new Uint8Array(0x1_00_00);
const NO = 1;
const YES = 2;

/** Both units of a character outside of the basic plane count as what the character is. */
export function isLetterOrDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  const known = KNOWN[code];
  if (known === YES || known === NO) return known === YES;
  const isSurrogate = (code & 0xf800) === 0xd800;
  if (isSurrogate) return LETTER_OR_DIGIT.test(characterAround(text, at));
  const is = LETTER_OR_DIGIT.test(String.fromCharCode(code));
  KNOWN[code] = is ? YES : NO;
  return is;
}

const characterAround = (text: string, at: number): string => {
  const start = at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff ? at - 1 : at;
  return String.fromCodePoint(text.codePointAt(start) ?? 0);
};

/** What `\w` means. */
export const isAsciiWord = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || code === 0x5f;

/** Scripts from Hebrew on put particles before words, or part no words at all: there a word may begin with every letter. So may signs. */
const IN_WORD = Uint8Array.from({ length: 0x1_00_00 }, (_, code) =>
  isAsciiWord(code) || (code >= 0xc0 && code < 0x0590) ? 1 : 0,
);

/** Whether no word begins with a unit that stands behind another such one. */
export const isInWord = (code: number): boolean => IN_WORD[code] === 1;
