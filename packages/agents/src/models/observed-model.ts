/** A model whose calls are spans and figures, by OpenTelemetry's GenAI conventions. */
import { type Clock, TroupeError } from "@troupe/runtime";
import { actorMetrics, inSpan, type Span, SpanKind, turnEvent } from "@troupe/runtime/internal";
import { GEN_AI, providerName } from "./gen-ai-names.ts";
import type { ModelAnswer, ModelCall, ModelClient } from "./model.ts";
import type { ResolvedModel } from "./registry.ts";
import { textOf } from "./tokens.ts";

export interface ObservedOptions {
  readonly model: Pick<ResolvedModel, "alias" | "model" | "baseUrl">;
  readonly clock: Clock;
  /** Whether prompts and answers go into spans; secrets in them are masked. */
  readonly capturesContent: boolean;
}

const DOLLAR = 1e6;

/** One span a call, with all its tries; counted whether or not somebody traces. What the client throws comes through. */
export function observedModel(client: ModelClient, { model, clock, capturesContent }: ObservedOptions): ModelClient {
  const { alias } = model;
  const provider = providerName(model.baseUrl);
  const { hostname, port } = new URL(model.baseUrl);
  const labels = {
    gen_ai_operation_name: "chat",
    gen_ai_provider_name: provider,
    gen_ai_request_model: model.model,
  };
  const place = { "server.address": hostname, ...(port === "" ? {} : { "server.port": Number(port) }) };
  const named = { [GEN_AI.operation]: "chat", [GEN_AI.provider]: provider, [GEN_AI.requestModel]: model.model };
  return {
    ...client,
    complete: async (call, scope) => {
      const beganMs = clock.monotonicMs();
      let errorType = "";
      try {
        const settings = { kind: SpanKind.CLIENT, attributes: { ...named, ...place, ...asked(call) } };
        const answer = await inSpan(`chat ${model.model}`, settings, async (span) => {
          const isShown = capturesContent && scope.isConfidential !== true;
          if (isShown && span.isRecording()) span.setAttribute(GEN_AI.inputMessages, inputOf(call));
          const given = await client.complete(call, scope);
          if (span.isRecording()) tell(span, given, isShown);
          return given;
        });
        count(labels, answer);
        scope.log?.info(
          turnEvent({ ...answer, ...answer.usage, alias, durationMs: clock.monotonicMs() - beganMs, isCached: false }),
          "turn",
        );
        return answer;
      } catch (error) {
        errorType = TroupeError.is(error) ? error.code : "other";
        throw error;
      } finally {
        const seconds = (clock.monotonicMs() - beganMs) / 1_000;
        actorMetrics.observe("gen_ai_client_operation_duration_seconds", { ...labels, error_type: errorType }, seconds);
      }
    },
  };
}

const asked = ({ temperature, maxOutputTokens }: ModelCall): Record<string, number> => ({
  ...(temperature === undefined ? {} : { [GEN_AI.requestTemperature]: temperature }),
  ...(maxOutputTokens === undefined ? {} : { [GEN_AI.requestMaxTokens]: maxOutputTokens }),
});

function tell(
  span: Span,
  { model, finishReason, usage, content, toolCalls }: ModelAnswer,
  capturesContent: boolean,
): void {
  span.setAttributes({
    [GEN_AI.responseModel]: model,
    [GEN_AI.finishReasons]: [finishReason],
    [GEN_AI.inputTokens]: usage.inputTokens,
    [GEN_AI.outputTokens]: usage.outputTokens,
    "troupe.cost.dollars": usage.costMicros / DOLLAR,
  });
  if (!capturesContent) return;
  const calls = toolCalls.map(({ id, name, arguments: text }) => ({ type: "tool_call", id, name, arguments: text }));
  const parts = [...(content === "" ? [] : [{ type: "text", content }]), ...calls];
  span.setAttribute(GEN_AI.outputMessages, JSON.stringify([{ role: "assistant", parts, finish_reason: finishReason }]));
}

const inputOf = ({ messages }: ModelCall): string =>
  JSON.stringify(
    messages.map((message) => ({ role: message.role, parts: [{ type: "text", content: textOf(message) }] })),
  );

type ModelLabels = Readonly<Record<"gen_ai_operation_name" | "gen_ai_provider_name" | "gen_ai_request_model", string>>;

function count(labels: ModelLabels, { usage }: ModelAnswer): void {
  const observe = (type: "input" | "output", tokens: number) =>
    actorMetrics.observe("gen_ai_client_token_usage", { ...labels, gen_ai_token_type: type }, tokens);
  observe("input", usage.inputTokens);
  observe("output", usage.outputTokens);
  actorMetrics.add(
    "troupe_model_cost_dollars_total",
    { model: labels.gen_ai_request_model },
    usage.costMicros / DOLLAR,
  );
}
