/**
 * Lines of the log that machines read: what they are told by `event`, with fixed fields. Content is shown as a preview of 200 characters;
 * the logger masks the secrets in it.
 */

const PREVIEW_CHARACTERS = 200;

/** The beginning of a text, on one line. */
export function preview(text: string): string {
  const line = text
    .slice(0, PREVIEW_CHARACTERS * 2)
    .replaceAll(/\s+/g, " ")
    .trim();
  return line.length <= PREVIEW_CHARACTERS ? line : `${line.slice(0, PREVIEW_CHARACTERS - 1)}…`;
}

const rounded = (ms: number): number => Math.round(ms * 10) / 10;

/** One answer of a model. */
export function turnEvent(turn: {
  readonly alias: string;
  readonly model: string;
  readonly durationMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicros: number;
  readonly finishReason: string;
  readonly isCached: boolean;
  readonly content: string;
}) {
  return {
    event: "turn",
    alias: turn.alias,
    model: turn.model,
    duration_ms: rounded(turn.durationMs),
    input_tokens: turn.inputTokens,
    output_tokens: turn.outputTokens,
    cost_micros: turn.costMicros,
    finish_reason: turn.finishReason,
    cached: turn.isCached,
    preview: preview(turn.content),
  } as const;
}

/** One tool call that was made or refused. */
export function toolCallEvent(call: {
  readonly tool: string;
  readonly outcome: "ok" | "failed" | "refused";
  readonly durationMs: number;
  readonly errorType?: string | undefined;
  readonly asked: string;
  readonly told: string;
}) {
  return {
    event: "tool_call",
    tool: call.tool,
    outcome: call.outcome,
    duration_ms: rounded(call.durationMs),
    ...(call.errorType === undefined ? {} : { error_type: call.errorType }),
    preview: preview(call.asked),
    result_preview: preview(call.told),
  } as const;
}

/** A hop that failed: it is tried again, or parked. */
export function errorEvent(error: {
  readonly code: string;
  readonly message: string;
  readonly attempt?: number | undefined;
  readonly isParked: boolean;
}) {
  return {
    event: "error",
    code: error.code,
    ...(error.attempt === undefined ? {} : { attempt: error.attempt }),
    parked: error.isParked,
    preview: preview(error.message),
  } as const;
}

/** One figure as it is now. */
export function metricEvent({
  name,
  labels,
  value,
}: {
  readonly name: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}) {
  return { event: "metric", metric: name, labels, value } as const;
}
