/** What a streamed answer may have at most, whichever API it comes by: more is no answer but a runaway model. */
import { EndlessAnswerError } from "./failure.ts";

/** Of a text, or of one tool call's arguments. Characters. */
const MAX_ANSWER_LENGTH = 4 * 1024 * 1024;
/** A stream of empty pieces has no length to be measured by. */
const MAX_PIECES = 500_000;
export const MAX_TOOL_CALLS = 64;

/** The text, unless it is too long. Throws `EndlessAnswerError` with `what`. */
export function bounded(text: string, what: string): string {
  if (text.length > MAX_ANSWER_LENGTH) throw new EndlessAnswerError(what);
  return text;
}

/** Throws `EndlessAnswerError` for a piece too many. */
export function assertFewPieces(count: number): void {
  if (count > MAX_PIECES) throw new EndlessAnswerError("the answer does not end");
}
