/**
 * One model behind an OpenAI-compatible endpoint, through the `openai` package only. Every answer is streamed, also when nobody watches:
 * silence is then noticed early, and cancelling stops the endpoint's work.
 */
import { type Clock, type Random, TroupeError } from "@troupe/runtime";
import OpenAI from "openai";
import { AnswerAssembly } from "./answer-stream.ts";
import { classifyFailure, type ModelFailure } from "./failure.ts";
import type { ModelAnswer, ModelCall, ModelClient, ModelScope } from "./model.ts";
import { costMicros } from "./prices.ts";
import type { ResolvedModel } from "./registry.ts";
import { DEFAULT_MODEL_RETRY, decideRetry, type ModelRetryPolicy } from "./retry.ts";
import { DEFAULT_SILENCE_LIMITS, type SilenceLimits, withinLimit } from "./time-limit.ts";
import { countTokens, textOf } from "./tokens.ts";

export interface OpenAiModelOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly retry?: ModelRetryPolicy;
  readonly silence?: SilenceLimits;
}

/** A {@link ModelClient} for a resolved alias. Keeps connections open between calls. */
export function createOpenAiModel(model: ResolvedModel, options: OpenAiModelOptions): ModelClient {
  const { clock, random, retry = DEFAULT_MODEL_RETRY, silence = DEFAULT_SILENCE_LIMITS } = options;
  const client = new OpenAI({
    apiKey: model.apiKey,
    baseURL: model.baseUrl,
    organization: null,
    project: null,
    // Retries and time-outs are ours, at one layer; the library logs requests with their content.
    maxRetries: 0,
    timeout: 3_600_000,
    logLevel: "off",
  });
  return {
    windowTokens: model.windowTokens,
    isPriced: model.price !== undefined,
    complete: async (call, scope) => {
      const beganMs = clock.monotonicMs();
      for (let attempt = 1; ; attempt++) {
        try {
          return await tryOnce(client, model, call, scope, clock, silence);
        } catch (error) {
          scope.signal.throwIfAborted();
          const failure = classifyFailure(error, clock.nowMs(), model.apiKey);
          const leftMs =
            scope.remainingMs === undefined ? undefined : scope.remainingMs - (clock.monotonicMs() - beganMs);
          const decision = decideRetry(failure, attempt, retry, random.unit(), leftMs);
          if (!decision.retry) throw modelError(model, failure, attempt, decision.why);
          scope.onRetry?.({ reason: failure.reason, attempt, delayMs: decision.delayMs });
          await clock.sleep(decision.delayMs, scope.signal);
        }
      }
    },
  };
}

async function tryOnce(
  client: OpenAI,
  model: ResolvedModel,
  call: ModelCall,
  scope: ModelScope,
  clock: Clock,
  silence: SilenceLimits,
): Promise<ModelAnswer> {
  const ours = new AbortController();
  const signal = AbortSignal.any([scope.signal, ours.signal]);
  const answer = new AnswerAssembly();
  const deadlineMs = clock.monotonicMs() + silence.firstTokenMs;
  const firstMs = () => Math.max(1, deadlineMs - clock.monotonicMs());
  try {
    const request = client.chat.completions.create(requestOf(model, call), {
      signal,
      headers: { "idempotency-key": scope.idempotencyKey },
    });
    const stream = await withinLimit(request, firstMs(), clock, "the model did not begin to answer");
    const chunks = stream[Symbol.asyncIterator]();
    for (let isFirst = true; ; isFirst = false) {
      const limitMs = isFirst ? firstMs() : silence.gapMs;
      const next = await withinLimit(chunks.next(), limitMs, clock, "the model fell silent; nothing came");
      if (next.done === true) break;
      const text = answer.add(next.value);
      if (text !== "") scope.onToken?.(text);
    }
  } finally {
    // Ends the connection of an answer that is given up; nothing is left to end after a whole one.
    ours.abort(new Error("the answer is no longer read"));
  }
  // Aborted streams of the library just end.
  scope.signal.throwIfAborted();
  return finish(model, call, answer.finish());
}

function requestOf(model: ResolvedModel, call: ModelCall): OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming {
  return {
    model: model.model,
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

async function finish(
  model: ResolvedModel,
  call: ModelCall,
  answer: ReturnType<AnswerAssembly["finish"]>,
): Promise<ModelAnswer> {
  const { inputTokens, outputTokens } = answer.usage ?? {
    inputTokens: await countTokens(call.messages.map(textOf)),
    outputTokens: await countTokens([answer.content, ...answer.toolCalls.map((tool) => tool.arguments)]),
  };
  const cost = model.price === undefined ? 0 : costMicros(model.price, inputTokens, outputTokens);
  return {
    content: answer.content,
    refusal: answer.refusal,
    toolCalls: answer.toolCalls,
    finishReason: answer.finishReason,
    model: answer.model ?? model.model,
    usage: { inputTokens, outputTokens, costMicros: cost },
  };
}

function modelError(model: ResolvedModel, failure: ModelFailure, attempts: number, why: string): TroupeError {
  const code = failure.kind === "refused" ? "model_refused" : "model_unavailable";
  const { status, retryAfterMs } = failure;
  return new TroupeError(code, `model ${model.alias} (${model.model}): ${failure.reason}; ${why}`, {
    details: {
      alias: model.alias,
      model: model.model,
      attempts,
      ...(status === undefined ? {} : { status }),
      ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
    },
  });
}
