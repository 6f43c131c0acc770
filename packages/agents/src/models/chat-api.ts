/** The chat completions API. */
import type OpenAI from "openai";
import { AnswerAssembly } from "./answer-stream.ts";
import type { ModelCall } from "./model.ts";
import type { ModelApi } from "./model-api.ts";

export const chatApi: ModelApi = {
  ask: (client, model, call, { signal, headers }) =>
    client.chat.completions.create(requestOf(model, call), { signal, headers: { ...headers } }),
  reader: () => new AnswerAssembly(),
};

function requestOf(model: string, call: ModelCall): OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming {
  return {
    model,
    messages: [...call.messages],
    stream: true,
    stream_options: { include_usage: true },
    ...(call.temperature === undefined ? {} : { temperature: call.temperature }),
    ...(call.maxOutputTokens === undefined ? {} : { max_completion_tokens: call.maxOutputTokens }),
    ...(call.tools === undefined || call.tools.length === 0 ? {} : { tools: [...call.tools] }),
    ...(call.answer === undefined
      ? {}
      : {
          response_format: {
            type: "json_schema",
            json_schema: { name: call.answer.name, schema: { ...call.answer.schema } },
          },
        }),
  };
}
