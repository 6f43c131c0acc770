/** A tool call as a span, a figure and a line of the log: only where it is made or refused, not where a replay takes what was recorded. */
import type { Clock, Context } from "@troupe/runtime";
import { actorMetrics, inSpan, type Span, SpanStatusCode, toolCallEvent } from "@troupe/runtime/internal";
import { capturesContent } from "../../config/load.ts";
import { GEN_AI } from "../../models/gen-ai-names.ts";
import type { ToolCall } from "../../models/model.ts";

/** What came of a call: what the model is told, and whether that is a result, an error or a refusal. */
export interface CallOutcome {
  readonly outcome: "ok" | "failed" | "refused";
  readonly text: string;
  /** What failed, or the rule that refused. */
  readonly errorType?: string | undefined;
}

/** Who calls what. `name` is one of ours: what a model made up is no label. */
export interface ObservedCall {
  readonly ctx: Context;
  readonly name: string;
  readonly call: Pick<ToolCall, "id" | "arguments">;
  readonly clock: Clock;
}

/** Runs a call, or refuses it, and tells what came of it. What it throws comes through, told as a failure. */
export async function observeCall<T extends CallOutcome>(
  { ctx, name, call, clock }: ObservedCall,
  run: () => Promise<T>,
): Promise<T> {
  const beganMs = clock.monotonicMs();
  const attributes = {
    [GEN_AI.operation]: "execute_tool",
    [GEN_AI.toolName]: name,
    [GEN_AI.toolType]: "function",
    [GEN_AI.toolCall]: call.id,
  };
  return inSpan(`execute_tool ${name}`, { attributes }, async (span) => {
    if (span.isRecording() && capturesContent()) span.setAttribute(GEN_AI.toolArguments, call.arguments);
    const told = (result: CallOutcome) => {
      const durationMs = clock.monotonicMs() - beganMs;
      tellSpan(span, result);
      actorMetrics.add("troupe_tool_calls_total", { tool: name, outcome: result.outcome });
      if (result.outcome !== "refused")
        actorMetrics.observe("troupe_tool_call_duration_seconds", { tool: name }, durationMs / 1_000);
      const { outcome, text, errorType } = result;
      ctx.log.info(
        toolCallEvent({ tool: name, outcome, durationMs, errorType, asked: call.arguments, told: text }),
        "tool call",
      );
    };
    try {
      const result = await run();
      told(result);
      return result;
    } catch (error) {
      told({ outcome: "failed", text: error instanceof Error ? error.message : String(error), errorType: "thrown" });
      throw error;
    }
  });
}

function tellSpan(span: Span, { outcome, text, errorType }: CallOutcome): void {
  if (!span.isRecording()) return;
  if (capturesContent()) span.setAttribute(GEN_AI.toolResult, text);
  if (outcome === "ok") return;
  span.setAttribute("error.type", errorType ?? outcome);
  span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
}
