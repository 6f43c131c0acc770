/** The OpenAI-compatible routes as operations. */
import type { ErrorCode } from "@troupe/runtime/internal";
import { z } from "zod";
import { ChatRequest } from "../openai/chat-request.ts";
import { ResponseRequest } from "../openai/response-request.ts";
import { KEY_HEADER, type Operation, SUBMIT_ERRORS } from "./operation.ts";
import { SessionId } from "./schemas.ts";

const HEADERS = { ...KEY_HEADER, "X-Session-Id": SessionId };

/** How a task may end while its caller waits, on top of what a submission may meet. */
const END_ERRORS = [
  ...SUBMIT_ERRORS,
  "handler_failed",
  "model_refused",
  "model_unavailable",
  "deadline_exceeded",
  "malformed_record",
  "cancelled",
] as const satisfies readonly ErrorCode[];

const ModelResponse = z.object({
  id: z.string(),
  object: z.literal("model"),
  created: z.int().meta({ description: "Seconds since 1970 of the deployment." }),
  owned_by: z.string().meta({ description: "The deployed system." }),
  description: z.string().optional(),
});
const ModelsResponse = z.object({ object: z.literal("list"), data: z.array(ModelResponse) });

const count = z.int().min(0);
const ChatResponse = z.object({
  id: z.string().meta({ description: "`chatcmpl-` and the task's id." }),
  object: z.literal("chat.completion"),
  created: z.int(),
  model: z.string(),
  choices: z.array(
    z.object({
      index: z.literal(0),
      message: z.object({ role: z.literal("assistant"), content: z.string(), refusal: z.null() }),
      logprobs: z.null(),
      finish_reason: z.literal("stop"),
    }),
  ),
  usage: z.object({ prompt_tokens: count, completion_tokens: count, total_tokens: count }),
});
const ResponseResponse = z.looseObject({
  id: z.string().meta({ description: "`resp_` and the task's id." }),
  object: z.literal("response"),
  status: z.enum(["queued", "in_progress", "completed", "failed", "cancelled"]),
  model: z.string(),
  output: z.array(z.looseObject({ type: z.literal("message"), content: z.array(z.looseObject({ text: z.string() })) })),
});

const ModelId = z.string().meta({ description: "A role that takes tasks.", examples: ["router"] });
const ResponseId = z.string().meta({
  description: "A response's id: `resp_` and the task's id.",
  examples: ["resp_0-v1-01jd3m8q5x7c9v2k4n6p8r0t2w"],
});

export const OPENAI_OPERATIONS: readonly Operation[] = [
  {
    id: "listModels",
    method: "GET",
    path: "/v1/models",
    permission: "agent:chat",
    summary: "The roles that take tasks, as OpenAI's models.",
    success: { status: 200, description: "All doors of the deployed system.", schema: ModelsResponse },
    errors: ["no_system"],
  },
  {
    id: "getModel",
    method: "GET",
    path: "/v1/models/{id}",
    permission: "agent:chat",
    pathId: ModelId,
    summary: "One model.",
    success: { status: 200, description: "The model.", schema: ModelResponse },
    errors: ["unknown_role", "no_system"],
  },
  {
    id: "createChatCompletion",
    method: "POST",
    path: "/v1/chat/completions",
    permission: "agent:chat",
    summary: "A task in the form of OpenAI's chat completions. A caller who goes away leaves it running.",
    body: ChatRequest,
    example: { model: "router", messages: [{ role: "user", content: "Compare three databases" }] },
    headers: HEADERS,
    success: {
      status: 200,
      description: "The answer; a stream of chunks when the request says `stream`.",
      schema: ChatResponse,
      streams: "text/event-stream",
    },
    errors: END_ERRORS,
  },
  {
    id: "createResponse",
    method: "POST",
    path: "/v1/responses",
    permission: "agent:chat",
    summary: "A task in the form of OpenAI's Responses API; `background` answers at once.",
    body: ResponseRequest,
    example: { model: "router", input: "Compare three databases" },
    headers: HEADERS,
    success: {
      status: 200,
      description: "The response; a stream of events when the request says `stream`.",
      schema: ResponseResponse,
      streams: "text/event-stream",
      leadsTo: { getResponse: "/id", cancelResponse: "/id" },
    },
    errors: [...END_ERRORS, "unknown_task"],
  },
  {
    id: "getResponse",
    method: "GET",
    path: "/v1/responses/{id}",
    permission: "agent:chat",
    pathId: ResponseId,
    summary: "A response, also one that still runs.",
    success: { status: 200, description: "As far as it is.", schema: ResponseResponse },
    errors: ["unknown_task", "malformed_record", "unavailable"],
  },
  {
    id: "cancelResponse",
    method: "POST",
    path: "/v1/responses/{id}/cancel",
    permission: "agent:chat",
    pathId: ResponseId,
    summary: "Cancel the task of a response.",
    success: { status: 200, description: "Cancelled.", schema: ResponseResponse },
    errors: ["unknown_task", "conflict", "outcome_unknown", "store_full", "unavailable"],
  },
];
