import type { ModelCall } from "./model.ts";
import { FRAME_TOKENS, textOf } from "./tokens.ts";

/** Tokens that a call may use, or has used. */
export interface CallTokens {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Reserved for an answer whose role sets no `maxOutputTokens`; a longer one is settled as what it was. */
const USUAL_OUTPUT_TOKENS = 4_096;
/** Of English text about four, of other languages and of code about three. */
const BYTES_A_TOKEN = 3;
/** The most that a call should need: nothing is loaded or counted for it. */
export function estimateOf({ messages, tools = [], answer, maxOutputTokens }: ModelCall): CallTokens {
  const texts = [...messages.map(textOf), ...tools.map((tool) => JSON.stringify(tool)), JSON.stringify(answer) ?? ""];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return {
    inputTokens: Math.ceil(bytes / BYTES_A_TOKEN) + FRAME_TOKENS * texts.length,
    outputTokens: maxOutputTokens ?? USUAL_OUTPUT_TOKENS,
  };
}
