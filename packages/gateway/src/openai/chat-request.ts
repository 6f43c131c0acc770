/** The body of `POST /v1/chat/completions`, and the task that it asks for. Pure. */
import type { TaskRequest } from "@troupe/runtime/internal";
import { z } from "zod";
import { inputOfTurns, Messages, turnsOf } from "./messages.ts";
import { Metadata, Model, PlainText, ToolChoice, taskRequestOf, unset } from "./request-parameters.ts";

/**
 * What is read. Everything else is accepted and has no effect: sampling (`temperature`, `max_tokens`, `seed`, …) is the role's own, and
 * `tools` may be offered but are not used. What would change the meaning of the answer is refused.
 */
export const ChatRequest = z
  .looseObject({
    model: Model,
    messages: Messages,
    stream: z.boolean().nullish(),
    stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
    metadata: Metadata,
    user: z.string().max(1_024).nullish(),
    n: z.literal(1, "only one answer is possible").nullish(),
    stop: unset("stop sequences are not possible: a role ends its answer itself").or(z.array(z.never()).max(0)),
    logprobs: unset("log probabilities are not possible: an answer may come from several models"),
    response_format: PlainText,
    tool_choice: ToolChoice,
    function_call: z.enum(["auto", "none"], "only auto and none are possible: a role uses its own tools").nullish(),
    modalities: z.array(z.literal("text", "only text is possible")).nullish(),
    audio: unset("only text is possible"),
  })
  .meta({ description: "A chat completion request of OpenAI's API." });
export type ChatRequest = z.infer<typeof ChatRequest>;

export function taskOfChat(body: ChatRequest, session: string | undefined): TaskRequest {
  const { metadata, user, messages } = body;
  return taskRequestOf(inputOfTurns(turnsOf(messages), "messages"), { metadata, user, session });
}
