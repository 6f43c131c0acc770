/** Token counts: exact for OpenAI's models (the o200k encoding), an estimate for others. */
import { setImmediate } from "node:timers/promises";
import type { ModelMessage } from "./model.ts";

/** Every message costs a few tokens of framing besides its text. */
export const FRAME_TOKENS = 4;

/** The encoding's time grows with the square of a run that has no break in it: 50,000 equal letters take seconds. Characters. */
const MAX_PIECE_LENGTH = 500;
/** Pieces between two breaths of the event loop: about a millisecond. */
const PIECES_A_TURN = 64;

/**
 * Counts the tokens of a text, without holding up the process on a long one. Exact; in runs of more than 500 characters without a word
 * break at most one token in 500 characters too many. The encoding takes a quarter of a second and 85 MB to load, at the first call.
 */
export async function countTokens(text: string): Promise<number> {
  const encoding = await import("gpt-tokenizer/encoding/o200k_base");
  let tokens = 0;
  let counted = 0;
  for (const piece of piecesOf(text)) {
    // Text that looks like a control token is text here; by default the library throws at it.
    tokens += encoding.countTokens(piece, { disallowedSpecial: new Set() });
    counted += 1;
    if (counted % PIECES_A_TURN === 0) await setImmediate();
  }
  return tokens;
}

/** Tokens of messages with these texts, framing included. */
export async function countAll(texts: readonly string[]): Promise<number> {
  let tokens = 0;
  for (const text of texts) tokens += (await countTokens(text)) + FRAME_TOKENS;
  return tokens;
}

/**
 * The tokens of each text, framing included. When all of them fit into the budget by the cheapest bound, one token a byte, that bound is
 * what it returns, and nothing is loaded or counted.
 */
export async function countWithin(texts: readonly string[], budgetTokens: number): Promise<readonly number[]> {
  const most = texts.map((text) => Buffer.byteLength(text) + FRAME_TOKENS);
  if (most.reduce((sum, tokens) => sum + tokens, 0) <= budgetTokens) return most;
  const exact: number[] = [];
  for (const text of texts) exact.push(await countAll([text]));
  return exact;
}

/** Cuts before the space between two letters, where the encoding itself never joins; elsewhere only when there is no such place. */
function* piecesOf(text: string): Generator<string> {
  let from = 0;
  while (text.length - from > MAX_PIECE_LENGTH) {
    const to = breakBefore(text, from, from + MAX_PIECE_LENGTH);
    yield text.slice(from, to);
    from = to;
  }
  yield text.slice(from);
}

function breakBefore(text: string, from: number, end: number): number {
  for (let at = end; at > from + 1; at--) {
    if (text[at] === " " && isLetter(text.charCodeAt(at - 1)) && isLetter(text.charCodeAt(at + 1))) return at;
  }
  const isInPair = (text.charCodeAt(end) & 0xfc00) === 0xdc00;
  return isInPair ? end - 1 : end;
}

/** ASCII letters: enough to find a place, and sure. */
const isLetter = (code: number): boolean => (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

/** The text of a message that counts as input. */
export function textOf(message: ModelMessage): string {
  const content = "content" in message ? message.content : undefined;
  if (typeof content === "string") return content;
  return content === undefined || content === null ? "" : JSON.stringify(content);
}
