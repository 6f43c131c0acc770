/** The API's answer objects, built from an {@link OfflineAnswer}: whole, and as the chunks of a stream. */
import type { OfflineAnswer } from "./answer.ts";

/** What all objects of one answer share. */
export interface CompletionHead {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
}

export function wholeCompletion(head: CompletionHead, answer: OfflineAnswer): Readonly<Record<string, unknown>> {
  const message = {
    role: "assistant",
    content: answer.toolCalls.length > 0 ? null : answer.content,
    refusal: null,
    ...(answer.toolCalls.length > 0 ? { tool_calls: answer.toolCalls.map(toolCall) } : {}),
  };
  return {
    ...head,
    object: "chat.completion",
    choices: [{ index: 0, message, logprobs: null, finish_reason: answer.finishReason }],
    usage: usageOf(answer),
  };
}

/**
 * The chunks of a streamed answer: a first delta with the role, the content in pieces of a word or two, an empty delta with the finish
 * reason, and, if asked for, one chunk without choices that holds the usage.
 */
export function* completionChunks(
  head: CompletionHead,
  answer: OfflineAnswer,
  withUsage: boolean,
): Generator<Readonly<Record<string, unknown>>> {
  const chunk = (delta: Readonly<Record<string, unknown>>, finishReason: string | null) => ({
    ...head,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
    ...(withUsage ? { usage: null } : {}),
  });
  yield chunk({ role: "assistant", content: "" }, null);
  for (const piece of pieces(answer.content)) yield chunk({ content: piece }, null);
  for (const [index, call] of answer.toolCalls.entries()) {
    const { arguments: text, name } = call;
    yield chunk({ tool_calls: [{ index, id: call.id, type: "function", function: { name, arguments: "" } }] }, null);
    for (const piece of pieces(text)) yield chunk({ tool_calls: [{ index, function: { arguments: piece } }] }, null);
  }
  yield chunk({}, answer.finishReason);
  if (withUsage) yield { ...head, object: "chat.completion.chunk", choices: [], usage: usageOf(answer) };
}

const toolCall = (call: OfflineAnswer["toolCalls"][number]) => ({
  id: call.id,
  type: "function",
  function: { name: call.name, arguments: call.arguments },
});

function usageOf(answer: OfflineAnswer): Readonly<Record<string, unknown>> {
  return {
    prompt_tokens: answer.promptTokens,
    completion_tokens: answer.completionTokens,
    total_tokens: answer.promptTokens + answer.completionTokens,
  };
}

/** Words with the space before them, as tokens come. */
export const pieces = (text: string): readonly string[] =>
  text.match(/\s*\S+(?:\s+$)?/g) ?? (text === "" ? [] : [text]);
