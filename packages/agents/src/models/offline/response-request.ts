/** A request to the Responses API as far as the offline model reads it, and the same as a chat request, which is what its scripts answer. */
import { z } from "zod";
import type { ChatRequest } from "./chat-request.ts";

const text = z.string().max(8_000_000);
const Part = z.looseObject({ type: z.string(), text: text.optional() });
const Message = z.looseObject({
  type: z.literal("message").optional(),
  role: z.enum(["system", "developer", "user", "assistant"]),
  content: z.union([text, z.array(Part)]),
});
const Call = z.looseObject({
  type: z.literal("function_call"),
  call_id: z.string(),
  name: z.string(),
  arguments: text,
});
const Output = z.looseObject({
  type: z.literal("function_call_output"),
  call_id: z.string(),
  output: z.union([text, z.array(Part)]),
});

export const ResponseRequest = z.looseObject({
  model: z.string().min(1).max(256),
  input: z.union([text.min(1), z.array(z.union([Call, Output, Message])).min(1)]),
  instructions: text.nullish(),
  stream: z.boolean().nullish(),
  max_output_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  tools: z
    .array(
      z.looseObject({
        type: z.literal("function"),
        name: z.string(),
        parameters: z.record(z.string(), z.unknown()).nullish(),
      }),
    )
    .nullish(),
  tool_choice: z.union([z.enum(["none", "auto", "required"]), z.looseObject({ type: z.string() })]).nullish(),
  text: z
    .looseObject({
      format: z
        .discriminatedUnion("type", [
          z.looseObject({ type: z.literal("text") }),
          z.looseObject({ type: z.literal("json_object") }),
          z.looseObject({
            type: z.literal("json_schema"),
            name: z.string(),
            schema: z.record(z.string(), z.unknown()),
          }),
        ])
        .optional(),
    })
    .nullish(),
});
export type ResponseRequest = z.infer<typeof ResponseRequest>;

/** The chat request that means the same. */
export function chatOfResponse(request: ResponseRequest): ChatRequest {
  const {
    model,
    input,
    instructions,
    stream,
    max_output_tokens,
    temperature,
    tools,
    tool_choice,
    text: asked,
  } = request;
  const said = typeof input === "string" ? [{ role: "user" as const, content: input }] : input.map(messageOf);
  const format = asked?.format;
  return {
    model,
    messages: instructions ? [{ role: "system", content: instructions }, ...said] : said,
    stream,
    max_completion_tokens: max_output_tokens,
    temperature,
    tool_choice,
    tools: tools?.map(({ name, parameters }) => ({
      type: "function",
      function: { name, ...(parameters ? { parameters } : {}) },
    })),
    response_format:
      format?.type === "json_schema"
        ? { type: "json_schema", json_schema: { name: format.name, schema: format.schema } }
        : format,
  };
}

type Item = Exclude<ResponseRequest["input"], string>[number];

function messageOf(item: Item): ChatRequest["messages"][number] {
  if (item.type === "function_call") {
    const { call_id: id, name, arguments: args } = item;
    const call = { id, type: "function", function: { name, arguments: args } };
    return { role: "assistant", content: null, tool_calls: [call] };
  }
  if (item.type === "function_call_output") return { role: "tool", tool_call_id: item.call_id, content: item.output };
  return { role: item.role, content: item.content };
}
