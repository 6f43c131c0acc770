import assert from "node:assert/strict";
import { test } from "node:test";
import { errorEvent, preview, toolCallEvent, turnEvent } from "./log-events.ts";
import { createLogger } from "./logger.ts";

test("a preview is one line of at most 200 characters", () => {
  assert.equal(preview("a\n  b\tc "), "a b c");
  assert.equal(preview("x".repeat(200)).length, 200);
  const cut = preview("x".repeat(300));
  assert.equal(cut.length, 200);
  assert.ok(cut.endsWith("…"));
});

test("every event has the same fields whatever happened, and secrets in its previews are masked in the log", () => {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const logger = createLogger({ name: "host/a", level: "info", destination });
  const turn = { alias: "fast", model: "m", durationMs: 12.345, inputTokens: 1, outputTokens: 2, costMicros: 3 };
  logger.info(
    turnEvent({ ...turn, finishReason: "stop", isCached: false, content: "password=hunter2hunter2" }),
    "turn",
  );
  const call = {
    tool: "t",
    outcome: "ok",
    durationMs: 1,
    asked: '{"api_key":"sk-abcdefghijklmnopqrstuv"}',
    told: "done",
  } as const;
  logger.info(toolCallEvent(call), "tool call");
  logger.warn(
    errorEvent({ code: "handler_failed", message: "token=abcdefghijkl", attempt: 2, isParked: false }),
    "failed",
  );
  const own = lines.map(({ name: _name, level: _level, time: _time, msg: _msg, ...fields }) => fields);
  assert.deepEqual(own, [
    {
      event: "turn",
      alias: "fast",
      model: "m",
      duration_ms: 12.3,
      input_tokens: 1,
      output_tokens: 2,
      cost_micros: 3,
      finish_reason: "stop",
      cached: false,
      preview: "password=[REDACTED]",
    },
    {
      event: "tool_call",
      tool: "t",
      outcome: "ok",
      duration_ms: 1,
      preview: '{"api_key":"[REDACTED]"}',
      result_preview: "done",
    },
    { event: "error", code: "handler_failed", attempt: 2, parked: false, preview: "token=[REDACTED]" },
  ]);
});
