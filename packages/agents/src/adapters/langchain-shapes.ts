/**
 * What the adapters use of LangChain.js, by shape: nothing of it is imported, so it need not be installed where it is not used. Held against
 * `@langchain/core` 1.2 by the tests.
 */
import type { Usage } from "@troupe/runtime";
import { z } from "zod";

/** A runnable: a chain, a chat model, a graph. */
export interface LangchainRunnable {
  // Runnables have inputs of their own types, which only the author knows.
  // oxlint-disable-next-line typescript/no-explicit-any
  invoke(input: any, options?: any): Promise<unknown>;
}

/** A tool: a runnable with a name, a description and a schema. */
export interface LangchainTool extends LangchainRunnable {
  readonly name: string;
  readonly description: string;
  /** A zod 4 schema, or a JSON Schema. */
  readonly schema: unknown;
}

/** A retriever: a runnable that makes documents of a question. */
export type LangchainRetriever = LangchainRunnable;

export const LangchainDocuments = z.array(
  z.looseObject({
    pageContent: z.string(),
    metadata: z.record(z.string(), z.unknown()).optional(),
    id: z.string().optional(),
  }),
);

/** A message as chat models answer with: text, or blocks of content. */
const Message = z.looseObject({
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() }))]),
  usage_metadata: z.looseObject({ input_tokens: z.int().min(0), output_tokens: z.int().min(0) }).nullish(),
});

/** The text of a message; `undefined` for what is none. */
export function textOfMessage(value: unknown): string | undefined {
  const message = Message.safeParse(value);
  if (!message.success) return undefined;
  const { content } = message.data;
  return typeof content === "string" ? content : content.map(({ text = "" }) => text).join("");
}

/** Tokens that a message says it took; cost is not known. */
export function usageOfMessage(value: unknown): Usage | undefined {
  const usage = Message.safeParse(value).data?.usage_metadata;
  if (!usage) return undefined;
  return { inputTokens: usage.input_tokens, outputTokens: usage.output_tokens, costMicros: 0 };
}
