/** What guardrails did, as it is told: counted, logged, in the audit, and in the error of what is blocked; by rule and never with the value. */
import { type ErrorBody, messageOf, TroupeError } from "../errors.ts";
import { type Firing, rulesOf, severityOf, type VerdictKind } from "../guardrails/verdict.ts";
import type { Execution } from "./execution.ts";

/** Where content passes, for reports. */
export interface Passing {
  readonly place: "input" | "output" | "toolArguments" | "toolResults";
  readonly party: string;
}

/** Counts what fired, and has it written to the audit. A store that is away keeps no hop from going on; the log says so. */
export async function report(
  x: Execution,
  verdict: VerdictKind,
  firings: readonly Firing[],
  passing: Passing,
): Promise<void> {
  const { task, hop, role } = x.place;
  for (const firing of firings) x.ports.onGuardrail?.(firing, passing.place);
  const rules = firings.map(({ rule }) => rule);
  const by = modelOf(firings);
  x.ports.logger.warn({ task, hop, role, verdict, ...passing, rules, ...by }, "a guardrail fired");
  const entry = { event: "guardrail_fired", verdict, severity: severityOf(firings), ...passing, rules, ...by };
  try {
    await x.ports.askNode?.(task, "audit", entry);
  } catch (error) {
    x.ports.logger.error({ task, hop, reason: messageOf(error) }, "what a guardrail did is not in the audit");
  }
}

export const blockedBy = (firings: readonly Firing[], what: string): ErrorBody => blockedError(firings, what).toBody();

/** The error of content that is blocked: rules and severity, never what was found. */
export function blockedError(firings: readonly Firing[], what: string): TroupeError {
  const blocking = firings.filter(({ action }) => action === "block");
  const details = { rules: blocking.map(({ rule }) => rule), severity: severityOf(blocking), ...modelOf(blocking) };
  return new TroupeError("guardrail_blocked", `${what} is blocked by ${rulesOf(blocking)}`, { details });
}

/** The model that said so, and how sure it is; nothing where only rules have fired. */
function modelOf(firings: readonly Firing[]): { readonly model?: string; readonly score?: number } {
  for (const { model, score } of firings) if (model !== undefined && score !== undefined) return { model, score };
  return {};
}
