import { z } from "zod";
import { assertFewPieces, bounded, MAX_TOOL_CALLS } from "./answer-limits.ts";
import { BrokenAnswerError } from "./failure.ts";
import type { ToolCall } from "./model.ts";
import type { AnswerReader, StreamedAnswer } from "./model-api.ts";

/** A chunk as far as we read it; what endpoints add is ignored. */
const Chunk = z.object({
  model: z.string().optional(),
  choices: z.array(
    z.object({
      delta: z
        .object({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
          tool_calls: z
            .array(
              z.object({
                index: z.int().min(0).max(MAX_TOOL_CALLS).default(0),
                id: z.string().nullish(),
                function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
              }),
            )
            .nullish(),
        })
        .nullish(),
      finish_reason: z.string().nullish(),
    }),
  ),
  usage: z.object({ prompt_tokens: z.int().min(0), completion_tokens: z.int().min(0) }).nullish(),
});

type Delta = NonNullable<z.infer<typeof Chunk>["choices"][number]["delta"]>;

/** Puts the chunks of one streamed chat completion together. */
export class AnswerAssembly implements AnswerReader {
  #chunks = 0;
  #content = "";
  #refusal = "";
  #finishReason: string | undefined;
  #model: string | undefined;
  #usage: { readonly inputTokens: number; readonly outputTokens: number } | undefined;
  readonly #toolCalls = new Map<number, { id: string; name: string; arguments: string }>();

  /** Takes one chunk; returns the text that it brought. */
  add(chunk: unknown): string {
    const parsed = Chunk.safeParse(chunk);
    if (!parsed.success)
      throw new BrokenAnswerError(`the endpoint sent no completion chunk: ${z.prettifyError(parsed.error)}`);
    this.#chunks += 1;
    assertFewPieces(this.#chunks);
    const { choices, usage, model } = parsed.data;
    this.#model ??= model;
    if (usage) this.#usage = { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens };
    const choice = choices[0];
    if (choice === undefined) return "";
    // Some servers send "" where the API has null.
    if (choice.finish_reason) this.#finishReason = choice.finish_reason;
    return choice.delta ? this.#addDelta(choice.delta) : "";
  }

  #addDelta(delta: Delta): string {
    const text = delta.content ?? "";
    this.#content = bounded(this.#content + text, "the answer does not end");
    this.#refusal += delta.refusal ?? "";
    for (const part of delta.tool_calls ?? []) {
      const call = this.#toolCalls.get(part.index) ?? { id: "", name: "", arguments: "" };
      call.id ||= part.id ?? "";
      call.name += part.function?.name ?? "";
      const grown = call.arguments + (part.function?.arguments ?? "");
      call.arguments = bounded(grown, "the arguments of a tool call do not end");
      this.#toolCalls.set(part.index, call);
    }
    return text;
  }

  /** The whole answer; `usage` is `undefined` when the endpoint did not report it. Throws when the stream ended early. */
  finish(): StreamedAnswer {
    if (this.#finishReason === undefined) throw new BrokenAnswerError("the answer broke off before its end");
    const toolCalls: readonly ToolCall[] = [...this.#toolCalls.entries()]
      .toSorted(([a], [b]) => a - b)
      .map(([index, call]) => ({ ...call, id: call.id || `call_${index}` }));
    return {
      content: this.#content,
      refusal: this.#refusal || null,
      toolCalls,
      finishReason: this.#finishReason,
      model: this.#model,
      usage: this.#usage,
    };
  }
}
