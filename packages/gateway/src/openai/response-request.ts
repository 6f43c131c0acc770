/** The body of `POST /v1/responses`, and the task that it asks for. Pure. */
import type { TaskRequest } from "@troupe/runtime/internal";
import { z } from "zod";
import { INSTRUCTIONS, inputOfTurns, Message, QUESTION_ITEM, type Turn, turnsOf } from "./messages.ts";
import { Metadata, Model, PlainText, ToolChoice, taskRequestOf, unset } from "./request-parameters.ts";

const OUTPUT = z.union([z.string(), z.array(z.looseObject({ type: z.literal("input_text"), text: z.string() }))]);

/** Items of a conversation: messages, results of the caller's tools, and what a model thought or asked for, which no role needs. */
const Item = z.union(
  [
    Message.extend({ type: z.literal("message").optional() }),
    z.looseObject({ type: z.literal("function_call_output"), output: OUTPUT }),
    z.looseObject({ type: z.enum(["reasoning", "function_call"]) }),
  ],
  { error: "a message with text, function_call_output, function_call or reasoning" },
);

/** What continues a response needs nobody to ask anything: it may be no more than what a tool gave. */
const ASKS_OR_GOES_ON = {
  anyOf: [
    { properties: { input: { anyOf: [{ type: "string" }, { type: "array", contains: QUESTION_ITEM }] } } },
    { required: ["previous_response_id"], properties: { previous_response_id: { type: "string" } } },
  ],
};

export const ResponseRequest = z
  .looseObject({
    model: Model,
    input: z.union([z.string().min(1), z.array(Item).min(1).max(2_000)]),
    instructions: z.string().nullish(),
    stream: z.boolean().nullish(),
    background: z
      .boolean()
      .nullish()
      .meta({ description: "Answers at once; ask GET /v1/responses/{id} for the rest." }),
    previous_response_id: z.string().max(256).nullish(),
    metadata: Metadata,
    user: z.string().max(1_024).nullish(),
    text: z.looseObject({ format: PlainText }).nullish(),
    tool_choice: ToolChoice,
    conversation: unset("stored conversations are not possible: use previous_response_id"),
    prompt: unset("stored prompts are not possible: send instructions"),
  })
  .meta({ description: "A request of OpenAI's Responses API.", ...ASKS_OR_GOES_ON });
export type ResponseRequest = z.infer<typeof ResponseRequest>;

/** `earlier` are the turns of the response that this one continues. */
export function taskOfResponse(
  body: ResponseRequest,
  earlier: readonly Turn[],
  session: string | undefined,
): TaskRequest {
  const { input, instructions, metadata, user } = body;
  const said = typeof input === "string" ? [{ role: "user", content: input }] : input.flatMap(turnsOfItem);
  const told = instructions ? [{ role: INSTRUCTIONS, content: instructions }] : [];
  return taskRequestOf(inputOfTurns([...earlier, ...said, ...told], "input"), { metadata, user, session });
}

function turnsOfItem(item: z.infer<typeof Item>): readonly Turn[] {
  if (item.type === "function_call_output") {
    const { output } = item;
    return [{ role: "tool", content: typeof output === "string" ? output : output.map(({ text }) => text).join("") }];
  }
  const message = Message.safeParse(item);
  return message.success ? turnsOf([message.data]) : [];
}
