/** The built-in escalation rules (R-AGT-10). */
import type { EscalationRule } from "../contracts/escalation-rules.ts";

export const DEFAULT_RULES: Readonly<Record<string, EscalationRule>> = {
  low_confidence: {
    when: "confidence < 0.7",
    handler: "human",
    severity: "warning",
    message: "{role} is only {confidence} sure of its answer",
  },
  sensitive_data: {
    when: [
      '"sensitive" in labels',
      ...["pii.ssn", "pii.card", "pii.iban", "secret.known"].map((rule) => `"${rule}" in detected`),
    ].join(" or "),
    handler: "human",
    severity: "error",
    message: "{role} worked with sensitive data: labels {labels}, found {detected}",
    oncePerTask: true,
  },
  calls_left: {
    when: "callsLeft < 10",
    handler: "fallback",
    severity: "info",
    message: "the model's provider allows only {callsLeft} more calls for now",
  },
  time_out: {
    when: "remainingMs <= 0",
    handler: "abort",
    severity: "error",
    message: "the task's time is over, after {elapsedMs} ms",
  },
  cost: {
    when: "costUsd > 10",
    handler: "human",
    severity: "warning",
    message: "the task has cost ${costUsd}",
    oncePerTask: true,
  },
  error_rate: {
    // Of fewer runs one failure would be too much.
    when: "runs >= 10 and errorRate > 0.1",
    handler: "abort",
    severity: "critical",
    message: "{failures} of {runs} runs of the task's roles have failed",
  },
};
