import assert from "node:assert/strict";
import { test } from "node:test";
import { context, trace } from "@opentelemetry/api";
import { type HandlerLog, TroupeError } from "@troupe/runtime";
import { actorMetrics, contextUnder, startTracing } from "@troupe/runtime/internal";
import { ManualClock } from "@troupe/runtime/internal-testing";
import { providerName } from "./gen-ai-names.ts";
import type { ModelAnswer, ModelCall, ModelScope } from "./model.ts";
import { observedModel } from "./observed-model.ts";

const KEY = "sk-abcdefghijklmnopqrstuvwx";
const CALL: ModelCall = {
  messages: [{ role: "user", content: `what is in ${KEY}?` }],
  temperature: 0.5,
  maxOutputTokens: 64,
};
const ANSWER: ModelAnswer = {
  content: "nothing",
  refusal: null,
  toolCalls: [{ id: "c1", name: "look", arguments: '{"at":1}' }],
  finishReason: "stop",
  usage: { inputTokens: 70, outputTokens: 30, costMicros: 2_000_000 },
  model: "gpt-4.1-mini-2026",
};
const MODEL = { alias: "fast", model: "gpt-observed", baseUrl: "https://api.openai.com/v1" };

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** Asks under a sampled span; returns the span of the call as it leaves the process, and the lines of the log. */
async function observe(complete: () => Promise<ModelAnswer>, capturesContent = false, isConfidential = false) {
  const requests: string[] = [];
  const tracing = await startTracing({
    settings: { protocol: "http/json", sendEveryMs: 10, queueSize: 64, batchSize: 64, sampler: "always_on" },
    service: "test",
    attributes: {},
    sink: (request) => {
      requests.push(Buffer.from(request).toString());
      return Promise.resolve();
    },
  });
  const lines: Record<string, unknown>[] = [];
  const log = { info: (fields: Record<string, unknown>) => lines.push(fields) } as unknown as HandlerLog;
  const scope: ModelScope = { idempotencyKey: "k", signal: new AbortController().signal, log, isConfidential };
  const clock = new ManualClock();
  const client = observedModel(
    { windowTokens: undefined, isPriced: true, complete },
    { model: MODEL, clock, capturesContent },
  );
  const parent = tracing.tracer.startSpan("parent");
  const under = trace.setSpan(contextUnder(undefined), parent);
  const outcome = await context.with(under, () => client.complete(CALL, scope)).catch((error: unknown) => error);
  await tracing.close();
  const [request = "{}"] = requests;
  const { resourceSpans } = JSON.parse(request) as {
    resourceSpans: {
      scopeSpans: { spans: { name: string; kind: number; status: unknown; attributes: Attribute[] }[] }[];
    }[];
  };
  const [span] = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  const attributes = Object.fromEntries(
    (span?.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]),
  );
  return { outcome, span, attributes, lines, request };
}

test("a call is a span with the names of the GenAI conventions, without its content", async () => {
  const { outcome, span, attributes, lines, request } = await observe(() => Promise.resolve(ANSWER));
  assert.equal(outcome, ANSWER);
  assert.equal(span?.name, "chat gpt-observed");
  assert.equal(span.kind, 3, "a client's span");
  const { "gen_ai.response.finish_reasons": reasons, ...rest } = attributes;
  assert.deepEqual(reasons, { values: [{ stringValue: "stop" }] });
  assert.deepEqual(rest, {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-observed",
    "gen_ai.request.temperature": 0.5,
    "gen_ai.request.max_tokens": 64,
    "gen_ai.response.model": "gpt-4.1-mini-2026",
    "gen_ai.usage.input_tokens": 70,
    "gen_ai.usage.output_tokens": 30,
    "troupe.cost.dollars": 2,
    "server.address": "api.openai.com",
  });
  assert.ok(!request.includes("what is in"));
  assert.deepEqual(
    lines.map(({ event, alias, input_tokens, preview }) => [event, alias, input_tokens, preview]),
    [["turn", "fast", 70, "nothing"]],
  );
});

test("content goes into the span only where it is asked for, and then without secrets", async () => {
  const { attributes, request } = await observe(() => Promise.resolve(ANSWER), true);
  assert.deepEqual(JSON.parse(String(attributes["gen_ai.input.messages"])), [
    { role: "user", parts: [{ type: "text", content: "what is in [REDACTED]?" }] },
  ]);
  assert.deepEqual(JSON.parse(String(attributes["gen_ai.output.messages"])), [
    {
      role: "assistant",
      parts: [
        { type: "text", content: "nothing" },
        { type: "tool_call", id: "c1", name: "look", arguments: '{"at":1}' },
      ],
      finish_reason: "stop",
    },
  ]);
  assert.ok(!request.includes(KEY));
});

test("a call that fails is a failed span with the error's code, counted with it, and comes through", async () => {
  const failure = new TroupeError("model_unavailable", "nobody answers");
  const { outcome, span, attributes } = await observe(() => Promise.reject(failure));
  assert.equal(outcome, failure);
  assert.equal(attributes["error.type"], "model_unavailable");
  assert.deepEqual(span?.status, { code: 2, message: "nobody answers" });
  const text = await actorMetrics.text();
  assert.match(
    text,
    /gen_ai_client_operation_duration_seconds_count\{[^}]*gen_ai_request_model="gpt-observed"[^}]*error_type="model_unavailable"\} 1/,
  );
  assert.match(
    text,
    /gen_ai_client_token_usage_sum\{[^}]*gen_ai_request_model="gpt-observed",gen_ai_token_type="input"\} 140/,
  );
  assert.match(text, /troupe_model_cost_dollars_total\{model="gpt-observed"\} 4/);
});

test("a provider is named as the conventions name it, else by its host", () => {
  for (const [url, name] of [
    ["https://api.openai.com/v1", "openai"],
    ["https://mine.openai.azure.com/openai/v1", "azure.ai.openai"],
    ["https://api.mistral.ai/v1", "mistral_ai"],
    ["http://127.0.0.1:11434/v1", "127.0.0.1"],
  ] as const)
    assert.equal(providerName(url), name);
});

test("content that only this role may see goes into no span", async () => {
  const { attributes, request } = await observe(() => Promise.resolve(ANSWER), true, true);
  assert.equal(attributes["gen_ai.input.messages"] ?? attributes["gen_ai.output.messages"], undefined);
  assert.ok(!request.includes("what is in"));
});
