/**
 * One model behind an OpenAI-compatible endpoint, through the `openai` package only. Every answer is streamed, also when nobody watches:
 * silence is then noticed early, and cancelling stops the endpoint's work.
 */
import { type Clock, type Random, TroupeError } from "@troupe/runtime";
import { OnDemand } from "@troupe/runtime/internal";
import type OpenAI from "openai";
import { APIError } from "openai/core/error";
import { takeTurn } from "../limits/provider-turn.ts";
import { readRateHeaders } from "../limits/rate-headers.ts";
import { apiOf } from "./api-of.ts";
import type { TryResult } from "./breaker.ts";
import { estimateOf } from "./call-estimate.ts";
import type { EndpointHealth, Leave } from "./endpoint-health.ts";
import { classifyFailure, EndlessAnswerError, type ModelFailure } from "./failure.ts";
import type { ModelAnswer, ModelCall, ModelClient, ModelScope } from "./model.ts";
import type { StreamedAnswer } from "./model-api.ts";
import { costMicros } from "./prices.ts";
import type { ResolvedModel } from "./registry.ts";
import { DEFAULT_MODEL_RETRY, decideRetry, type ModelRetryPolicy } from "./retry.ts";
import { type SilenceLimits, silenceLimits, withinLimit } from "./time-limit.ts";
import { countAll, textOf } from "./tokens.ts";

export interface OpenAiModelOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Shared by all clients of a process, so that they learn from each other's failures. */
  readonly health: EndpointHealth;
  readonly retry?: ModelRetryPolicy;
}

/** A {@link ModelClient} for a resolved alias. Keeps connections open between calls. */
export function createOpenAiModel(model: ResolvedModel, options: OpenAiModelOptions): ModelClient {
  const { clock, random, retry = DEFAULT_MODEL_RETRY } = options;
  const tryGated = gatedTries(model, options);
  return {
    windowTokens: model.windowTokens,
    isPriced: model.price !== undefined,
    callsLeft: () => options.health.gateOf(model).callsLeft(),
    complete: async (call, scope) => {
      const beganMs = clock.monotonicMs();
      for (let attempt = 1; ; attempt++) {
        const tried = await tryGated(call, scope);
        if (tried.ok) return tried.answer;
        const { failure } = tried;
        const remainingMs =
          scope.remainingMs === undefined ? undefined : scope.remainingMs - (clock.monotonicMs() - beganMs);
        const { hasFallback } = scope;
        const decision = decideRetry(failure, attempt, retry, random.unit(), { remainingMs, hasFallback });
        if (!decision.retry) throw modelError(model, failure, attempt, decision.why);
        scope.onRetry?.({ reason: failure.reason, attempt, delayMs: decision.delayMs });
        await clock.sleep(decision.delayMs, scope.signal);
      }
    },
  };
}

/** Single tries at a model: each waits for its turn at the provider, and is let through, or not, by the endpoint's breaker. */
function gatedTries(
  model: ResolvedModel,
  { clock, health, retry = DEFAULT_MODEL_RETRY }: OpenAiModelOptions,
): (call: ModelCall, scope: ModelScope) => Promise<Tried> {
  const limits = silenceLimits(model.limits);
  const gate = health.gateOf(model);
  const clientWith = clientsOf(model);
  return async (call, scope) => {
    const { inputTokens, outputTokens } = estimateOf(call);
    const apiKey = model.apiKey();
    const turn = await takeTurn(model.alias, inputTokens + outputTokens, scope);
    const leave = gate.enter();
    if (!leave.allowed) {
      turn.end();
      return { ok: false, failure: notAllowed(leave) };
    }
    let result: TryResult = "abandoned";
    let headers: Pick<Headers, "get"> | undefined;
    let restMs: number | undefined;
    let reason: string | undefined;
    try {
      const onHeaders = (given: Pick<Headers, "get">) => {
        headers = given;
      };
      const answer = await tryOnce(await clientWith(apiKey), model, call, { ...scope, onHeaders }, clock, limits);
      result = "success";
      return { ok: true, answer };
    } catch (error) {
      scope.signal.throwIfAborted();
      const failure = classifyFailure(error, clock.nowMs(), apiKey);
      // An endpoint that refuses or limits works: only what is broken counts for the breaker.
      result = failure.kind === "refused" || failure.kind === "rate_limited" ? "success" : "failure";
      reason = failure.reason;
      if (error instanceof APIError && error.headers instanceof Headers) headers = error.headers;
      if (failure.kind === "rate_limited") {
        restMs = Math.min(failure.retryAfterMs ?? retry.baseMs, retry.retryAfterCapMs);
        gate.rest(Math.min(failure.retryAfterMs ?? 0, retry.retryAfterCapMs));
      }
      return { ok: false, failure };
    } finally {
      gate.done(result);
      const requests = headers && readRateHeaders(headers)?.requests;
      if (requests !== undefined) gate.learn(requests);
      turn.end({ result, reason, headers, restMs });
    }
  };
}

/** One client for as long as the key stays the same. The library, 236 modules, is loaded by those alone who have a model to ask. */
function clientsOf({ baseUrl }: ResolvedModel): (apiKey: string) => Promise<OpenAI> {
  const library = new OnDemand(async () => (await import("openai")).OpenAI);
  // Begun now, so that the first call does not wait for it; should it fail, the call tries again and says why.
  void library.get();
  let known: { readonly apiKey: string; readonly client: OpenAI } | undefined;
  return async (apiKey) => {
    const Library = await library.get();
    if (known?.apiKey !== apiKey) known = { apiKey, client: connect(Library, baseUrl, apiKey) };
    return known.client;
  };
}

const connect = (Library: typeof OpenAI, baseURL: string, apiKey: string): OpenAI =>
  new Library({
    apiKey,
    baseURL,
    organization: null,
    project: null,
    // Retries and time-outs are ours, at one layer; the library logs requests with their content.
    maxRetries: 0,
    timeout: 3_600_000,
    logLevel: "off",
  });

type Tried =
  | { readonly ok: true; readonly answer: ModelAnswer }
  | { readonly ok: false; readonly failure: ModelFailure };

function notAllowed({ why, waitMs }: Extract<Leave, { allowed: false }>): ModelFailure {
  const common = { status: undefined, retryAfterMs: waitMs };
  if (why === "rate_limited") return { kind: why, reason: "the endpoint asked for no requests for now", ...common };
  const seconds = Math.ceil(waitMs / 1_000);
  return { kind: why, reason: `the circuit breaker of its endpoint is open for another ${seconds} s`, ...common };
}

async function tryOnce(
  client: OpenAI,
  model: ResolvedModel,
  call: ModelCall,
  scope: ModelScope & { onHeaders(headers: Pick<Headers, "get">): void },
  clock: Clock,
  limits: SilenceLimits,
): Promise<ModelAnswer> {
  const ours = new AbortController();
  const signal = AbortSignal.any([scope.signal, ours.signal]);
  const api = apiOf(model.api);
  const answer = api.reader();
  const beganMs = clock.monotonicMs();
  const leftOf = (limitMs: number) => Math.max(1, beganMs + limitMs - clock.monotonicMs());
  try {
    const headers = { "idempotency-key": scope.idempotencyKey };
    const asked = api.ask(client, model.model, call, { signal, headers });
    const { data: stream, response } = await withinLimit(
      asked.withResponse(),
      leftOf(limits.firstTokenMs),
      clock,
      "the model did not begin to answer",
    );
    scope.onHeaders(response.headers);
    const chunks = stream[Symbol.asyncIterator]();
    for (let isFirst = true; ; isFirst = false) {
      if (clock.monotonicMs() - beganMs >= limits.answerMs) {
        throw new EndlessAnswerError(`the answer did not end within ${limits.answerMs} ms`);
      }
      const limitMs = isFirst ? leftOf(limits.firstTokenMs) : limits.gapMs;
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

async function finish(model: ResolvedModel, call: ModelCall, answer: StreamedAnswer): Promise<ModelAnswer> {
  const { inputTokens, outputTokens } = answer.usage ?? {
    inputTokens: await countAll(call.messages.map(textOf)),
    outputTokens: await countAll([answer.content, ...answer.toolCalls.map((tool) => tool.arguments)]),
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
