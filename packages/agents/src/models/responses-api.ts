/** The Responses API, without any state at the endpoint: the whole conversation goes along each time, since the journal is ours. */
import type OpenAI from "openai";
import type { ModelCall, ModelMessage } from "./model.ts";
import type { ModelApi } from "./model-api.ts";
import { ResponseAssembly } from "./response-stream.ts";
import { textOf } from "./tokens.ts";

type Request = OpenAI.Responses.ResponseCreateParamsStreaming;
type Item = OpenAI.Responses.ResponseInputItem;

export const responsesApi: ModelApi = {
  ask: (client, model, call, { signal, headers }) =>
    client.responses.create(responseRequest(model, call), { signal, headers: { ...headers } }),
  reader: () => new ResponseAssembly(),
};

/** A call as the API wants it. */
export function responseRequest(model: string, call: ModelCall): Request {
  return {
    model,
    input: call.messages.flatMap(itemsOf),
    stream: true,
    store: false,
    ...(call.temperature === undefined ? {} : { temperature: call.temperature }),
    ...(call.maxOutputTokens === undefined ? {} : { max_output_tokens: call.maxOutputTokens }),
    ...(call.tools === undefined || call.tools.length === 0 ? {} : { tools: call.tools.map(toolOf) }),
    ...(call.answer === undefined
      ? {}
      : { text: { format: { type: "json_schema", name: call.answer.name, schema: { ...call.answer.schema } } } }),
  };
}

function toolOf({ function: { name, description, parameters } }: NonNullable<ModelCall["tools"]>[number]) {
  return {
    type: "function" as const,
    name,
    parameters: parameters ?? { type: "object", properties: {} },
    // As with chat completions: our own schemas need not fit the stricter dialect.
    strict: false,
    ...(description === undefined ? {} : { description }),
  };
}

function itemsOf(message: ModelMessage): Item[] {
  switch (message.role) {
    case "system":
    case "developer":
      return [{ role: message.role, content: plainText(message) }];
    case "user":
      return [
        { role: "user", content: typeof message.content === "string" ? message.content : parts(message.content) },
      ];
    case "assistant": {
      const said = plainText(message);
      const calls = (message.tool_calls ?? []).flatMap(callOf);
      return said === "" ? calls : [{ role: "assistant", content: said }, ...calls];
    }
    case "tool":
      return [{ type: "function_call_output", call_id: message.tool_call_id, output: plainText(message) }];
    case "function":
    default:
      return [{ type: "function_call_output", call_id: message.name, output: message.content ?? "" }];
  }
}

function callOf(call: OpenAI.Chat.Completions.ChatCompletionMessageToolCall): Item[] {
  if (call.type !== "function") return [];
  return [{ type: "function_call", call_id: call.id, name: call.function.name, arguments: call.function.arguments }];
}

/** Text parts joined; what is no text keeps its JSON, as it is counted. */
function plainText(message: ModelMessage): string {
  const content = "content" in message ? message.content : undefined;
  if (!Array.isArray(content)) return textOf(message);
  return content
    .map((part) => ("text" in part ? part.text : "refusal" in part ? part.refusal : JSON.stringify(part)))
    .join("");
}

function parts(
  content: readonly OpenAI.Chat.Completions.ChatCompletionContentPart[],
): OpenAI.Responses.ResponseInputContent[] {
  return content.map((part) => {
    if (part.type === "text") return { type: "input_text", text: part.text };
    if (part.type === "image_url")
      return { type: "input_image", image_url: part.image_url.url, detail: part.image_url.detail ?? "auto" };
    return { type: "input_text", text: JSON.stringify(part) };
  });
}
