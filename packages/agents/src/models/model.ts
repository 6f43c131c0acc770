import type { HandlerLog, Json, ModelTier, Usage } from "@troupe/runtime";
import type OpenAI from "openai";

/** One message of a prompt, as the API has it. */
export type ModelMessage = OpenAI.Chat.Completions.ChatCompletionMessageParam;

/** What the model may call, as the API has it. */
export type ModelTool = OpenAI.Chat.Completions.ChatCompletionFunctionTool;

/** A schema that the answer must match; sent along, and checked here again. */
export interface AnswerSchema {
  readonly name: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** One question to a model. */
export interface ModelCall {
  readonly messages: readonly ModelMessage[];
  readonly temperature?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly tools?: readonly ModelTool[] | undefined;
  readonly answer?: AnswerSchema | undefined;
}

/** A tool that the model wants to have called; its arguments are text of the model, unchecked. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
  /** Guardrails that do not let the arguments through; the call is not made. */
  readonly blocked?: readonly string[] | undefined;
}

/** A whole answer. Plain JSON: it is what the journal keeps. */
export interface ModelAnswer {
  readonly content: string;
  /** The model's words when it declined. */
  readonly refusal: string | null;
  readonly toolCalls: readonly ToolCall[];
  /** `stop`, `length`, `tool_calls`, `content_filter`, or what else the endpoint says. */
  readonly finishReason: string;
  readonly usage: Usage;
  /** The model's name as the endpoint gave it. */
  readonly model: string;
  /** The alias of the second call, when that one was faster than the first. */
  readonly hedgedBy?: string | undefined;
  /** It came from the cache: what it cost the first time, in millionths of a dollar. */
  readonly cached?: { readonly savedMicros: number } | undefined;
  /** Guardrails that do not let the answer through; then there is no content. */
  readonly blocked?: readonly string[] | undefined;
  /** Which alias answered, and why that one. */
  readonly choice?: ModelChoice | undefined;
}

/** How an answer's model was chosen. Kept with the answer, so that a replay has the same. */
export interface ModelChoice {
  readonly alias: string;
  readonly tier: ModelTier;
  /** Score of the prompt, from 0 to 1. */
  readonly complexity: number;
  /** Aliases that were asked before and gave no answer. */
  readonly failed: readonly string[];
}

/** What a call runs with. */
export interface ModelScope {
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  /** Milliseconds until the task's deadline; no wait for a retry goes beyond it. */
  readonly remainingMs?: number | undefined;
  /** Another model is asked if this one gives no answer: it then gives up sooner, and does not wait for a rate limit. */
  readonly hasFallback?: boolean | undefined;
  /** Asks the node's services: budgets, cache, limits. Absent = there are none. */
  ask?(service: string, body: Json): Promise<Json>;
  readonly log?: HandlerLog | undefined;
  /** Ask the first fallback instead of the first choice, where there is one. Default false. */
  readonly prefersFallback?: boolean | undefined;
  /** Whether what is asked holds values that were given back to this role alone: no span shows them. Default false. */
  readonly isConfidential?: boolean | undefined;
  /** The role takes an answer that it was given before to the same question. Default false. */
  readonly mayCache?: boolean | undefined;
  /** Text as it comes. After a retry or a fallback it starts again from the beginning. */
  onToken?(text: string): void;
  onRetry?(failure: { readonly reason: string; readonly attempt: number; readonly delayMs: number }): void;
  onFallback?(change: { readonly from: string; readonly to: string; readonly reason: string }): void;
}

/** A model that can be asked. Throws `model_unavailable` when it gave no answer after all retries, `model_refused` when it will not. */
export interface ModelClient {
  readonly windowTokens: number | undefined;
  /** False when nobody knows the price: its calls count as free. */
  readonly isPriced: boolean;
  complete(call: ModelCall, scope: ModelScope): Promise<ModelAnswer>;
  /** Calls that the provider still allows for now, as its last answer said; `undefined` = not known, or no longer. */
  callsLeft?(): number | undefined;
}
