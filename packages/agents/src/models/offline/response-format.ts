/** The Responses API's answer objects and events, built from an {@link OfflineAnswer}. */
import type { OfflineAnswer } from "./answer.ts";
import type { AnswerFormat } from "./answer-format.ts";
import { type CompletionHead, pieces } from "./completion.ts";

type Fields = Readonly<Record<string, unknown>>;

export const responseFormat: AnswerFormat = {
  whole: (head, answer) => responseObject(head, answer, "completed"),
  *events(head, answer) {
    let number = 0;
    for (const { type, ...fields } of responseEvents(head, answer))
      yield frame(type, { sequence_number: number++, ...fields });
  },
  more: (head, text) =>
    frame("response.output_text.delta", { sequence_number: 0, ...partOf(messageId(head)), delta: text, logprobs: [] }),
  end: "",
};

const frame = (type: string, fields: Fields): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

const messageId = ({ id }: CompletionHead): string => `msg_${id}`;
const partOf = (item: string): Fields => ({ item_id: item, output_index: 0, content_index: 0 });

interface ResponseEvent extends Fields {
  readonly type: string;
}

function* responseEvents(head: CompletionHead, answer: OfflineAnswer): Generator<ResponseEvent> {
  const begun = responseObject(head, { ...answer, content: "", toolCalls: [] }, "in_progress");
  yield { type: "response.created", response: begun };
  yield { type: "response.in_progress", response: begun };
  if (answer.toolCalls.length === 0) yield* messageEvents(head, answer.content);
  for (const [index, call] of answer.toolCalls.entries()) yield* callEvents(index, call);
  const isWhole = answer.finishReason !== "length";
  yield isWhole
    ? { type: "response.completed", response: responseObject(head, answer, "completed") }
    : { type: "response.incomplete", response: responseObject(head, answer, "incomplete") };
}

function* messageEvents(head: CompletionHead, content: string): Generator<ResponseEvent> {
  const part = partOf(messageId(head));
  yield { type: "response.output_item.added", output_index: 0, item: { ...messageItem(head, ""), content: [] } };
  yield { type: "response.content_part.added", ...part, part: textPart("") };
  for (const delta of pieces(content)) yield { type: "response.output_text.delta", ...part, delta, logprobs: [] };
  yield { type: "response.output_text.done", ...part, text: content, logprobs: [] };
  yield { type: "response.content_part.done", ...part, part: textPart(content) };
  yield { type: "response.output_item.done", output_index: 0, item: messageItem(head, content) };
}

function* callEvents(index: number, call: OfflineAnswer["toolCalls"][number]): Generator<ResponseEvent> {
  const item = callItem(call);
  yield { type: "response.output_item.added", output_index: index, item: { ...item, arguments: "" } };
  const at = { item_id: item.id, output_index: index };
  for (const delta of pieces(call.arguments)) yield { type: "response.function_call_arguments.delta", ...at, delta };
  yield { type: "response.function_call_arguments.done", ...at, arguments: call.arguments };
  yield { type: "response.output_item.done", output_index: index, item };
}

const textPart = (text: string) => ({ type: "output_text", text, annotations: [], logprobs: [] });

const messageItem = (head: CompletionHead, text: string) => ({
  id: messageId(head),
  type: "message",
  role: "assistant",
  status: "completed",
  content: [textPart(text)],
});

const callItem = ({ id, name, arguments: text }: OfflineAnswer["toolCalls"][number]) => ({
  id: `fc_${id}`,
  type: "function_call",
  call_id: id,
  name,
  arguments: text,
  status: "completed",
});

function responseObject(
  head: CompletionHead,
  answer: OfflineAnswer,
  status: "in_progress" | "completed" | "incomplete",
) {
  const { id, created, model } = head;
  const output = answer.toolCalls.length > 0 ? answer.toolCalls.map(callItem) : [messageItem(head, answer.content)];
  const usage = {
    input_tokens: answer.promptTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: answer.completionTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: answer.promptTokens + answer.completionTokens,
  };
  return {
    id,
    object: "response",
    created_at: created,
    model,
    status,
    error: null,
    incomplete_details: status === "incomplete" ? { reason: "max_output_tokens" } : null,
    output: status === "in_progress" ? [] : output,
    usage: status === "in_progress" ? null : usage,
    parallel_tool_calls: true,
    tool_choice: "auto",
    tools: [],
  };
}
