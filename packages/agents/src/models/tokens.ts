import type { ModelMessage } from "./model.ts";

/** Every message costs a few tokens of framing besides its text. */
const FRAME_TOKENS = 4;

/**
 * Counts tokens of texts with the o200k encoding: exact for OpenAI's models, an estimate for others. Only for endpoints that report no
 * usage: the encoding takes a quarter of a second and 85 MB to load, so it is loaded at the first call.
 */
export async function countTokens(texts: readonly string[]): Promise<number> {
  const { countTokens: count } = await import("gpt-tokenizer/encoding/o200k_base");
  return texts.reduce((sum, text) => sum + count(text) + FRAME_TOKENS, 0);
}

/** A cheap guess, a little too high for English text: four characters a token. */
export function guessTokens(text: string): number {
  return Math.ceil(text.length / 3.5) + FRAME_TOKENS;
}

/** The text of a message that counts as input. */
export function textOf(message: ModelMessage): string {
  const content = "content" in message ? message.content : undefined;
  if (typeof content === "string") return content;
  return content === undefined || content === null ? "" : JSON.stringify(content);
}
