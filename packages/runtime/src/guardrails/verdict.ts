/** What guardrails say of a content: what passes of it, and which rules fired. Never the value that was found. */
import type { GuardrailAction } from "../contracts/guardrail.ts";
import type { Severity } from "./detector.ts";
import { SEVERITIES } from "./detector.ts";

/** One rule that fired in a content. */
export interface Firing {
  readonly rule: string;
  readonly action: Exclude<GuardrailAction, "off">;
  readonly severity: Severity;
  /** How often. */
  readonly count: number;
  /** The model that said so, as its endpoint calls it, and how sure it is, from 0 to 1; absent = a rule of the first stage. */
  readonly model?: string | undefined;
  readonly score?: number | undefined;
}

export type VerdictKind = "allow" | "redact" | "block";

/** The verdict on a content; `value` is what may pass: the content, or its redacted form. Of what is blocked, its redacted form too. */
export interface Verdict<T> {
  readonly verdict: VerdictKind;
  readonly value: T;
  /** By rule, in the order of the rules. */
  readonly firings: readonly Firing[];
}

/** The strictest of what the rules do. */
export function verdictOf(firings: readonly Firing[]): VerdictKind {
  if (firings.some(({ action }) => action === "block")) return "block";
  return firings.some(({ action }) => action === "redact") ? "redact" : "allow";
}

/** The worst severity among them; `low` where there is none. */
export function severityOf(firings: readonly Firing[]): Severity {
  const worst = Math.max(0, ...firings.map(({ severity }) => SEVERITIES.indexOf(severity)));
  return SEVERITIES[worst] ?? "low";
}

/** Adds up firings of several parts of one content. */
export function merged(firings: readonly Firing[]): readonly Firing[] {
  const byRule = new Map<string, Firing>();
  for (const firing of firings) {
    const before = byRule.get(firing.rule);
    byRule.set(firing.rule, before === undefined ? firing : { ...before, count: before.count + firing.count });
  }
  return [...byRule.values()];
}

/** The rules as one short text: `pii.ssn, pii.card`. */
export const rulesOf = (firings: readonly Firing[]): string => firings.map(({ rule }) => rule).join(", ");
