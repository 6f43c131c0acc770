import type { ModelSpec } from "@troupe/runtime";
import type OpenAI from "openai";
import type { ModelCall, ToolCall } from "./model.ts";

/** How an endpoint is spoken to; both through the `openai` package, both streamed. */
export type ModelApiName = NonNullable<ModelSpec["api"]>;

/** An answer as its stream told it; `usage` is `undefined` when the endpoint did not report it. */
export interface StreamedAnswer {
  readonly content: string;
  readonly refusal: string | null;
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: string;
  readonly model: string | undefined;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number } | undefined;
}

/**
 * Puts the pieces of one streamed answer together. Throws `BrokenAnswerError` for what the API does not promise, `EndlessAnswerError` for
 * what is too long.
 */
export interface AnswerReader {
  /** Takes one piece; returns the text that it brought. */
  add(piece: unknown): string;
  /** The whole answer. Throws when the stream ended early. */
  finish(): StreamedAnswer;
}

export interface ModelApi {
  /** Asks; resolves when the endpoint begins to answer. */
  ask(client: OpenAI, model: string, call: ModelCall, options: AskOptions): AskedAnswer;
  reader(): AnswerReader;
}

/** An answer that is on its way: its pieces, and the response that they come in. */
export interface AskedAnswer {
  withResponse(): Promise<{
    readonly data: AsyncIterable<unknown>;
    readonly response: { readonly headers: Pick<Headers, "get"> };
  }>;
}

export interface AskOptions {
  readonly signal: AbortSignal;
  readonly headers: Readonly<Record<string, string>>;
}
