/**
 * The second stage of guardrails: a model that is asked about a text which the rules have let through. It is asked in a recorded step, so what
 * follows from its answer is decided here, purely, from what the record says.
 */
import { z } from "zod";
import type { HandlerLog } from "../actor/context.ts";
import type { Json } from "../actor/outcome.ts";
import type { Classifier, GuardrailAction } from "../contracts/guardrail.ts";
import type { Usage } from "../contracts/record.ts";
import type { Severity } from "./detector.ts";
import type { Firing } from "./verdict.ts";

/** What a text may be found to be. */
export const CLASSIFIED = ["injection", "toxicity"] as const;
export type Classified = (typeof CLASSIFIED)[number];

/** What a model said of a text. Plain JSON: it is what the journal keeps. */
export const Classification = z.strictObject({
  category: z.enum(["none", ...CLASSIFIED]),
  /** How sure it is, from 0 to 1. */
  score: z.number().min(0).max(1),
  /** As the endpoint calls it. */
  model: z.string(),
});
export type Classification = z.infer<typeof Classification>;

/** The same, or why there is none. */
export const Finding = z.union([Classification, z.strictObject({ failed: z.string() })]);
export type Finding = z.infer<typeof Finding>;

/** What a question to the model is asked with. */
export interface ClassifyScope {
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  /** Milliseconds until the task's deadline. */
  readonly remainingMs?: number | undefined;
  /** Asks the node's services: budgets, cache, limits. */
  ask(service: string, body: Json): Promise<Json>;
  readonly log: HandlerLog;
}

/** What was said, and what it cost. */
export interface ClassifyAnswer extends Classification {
  readonly usage: Usage;
}

/** Asks a model about a text. Throws where there is no answer, or none that can be read. */
export type Classify = (text: string, scope: ClassifyScope) => Promise<ClassifyAnswer>;

/** What is done about what the model finds, in one passage. */
export type ClassifierActions = Readonly<Record<Classified, GuardrailAction>>;

const SEVERITY_OF: Readonly<Record<Classified, Severity>> = { injection: "high", toxicity: "medium" };

/** Rules whose firing makes a text suspicious, by group. */
const SUSPICIOUS: ReadonlySet<string> = new Set(["injection", "toxicity", "own"]);

/** What the model reads of a value; `undefined` = there is nothing to ask about. */
export function textToClassify(value: Json): string | undefined {
  if (typeof value !== "string" && (typeof value !== "object" || value === null)) return undefined;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /[\p{L}\p{N}]/u.test(text) ? text : undefined;
}

/** Whether the model is to be asked about a text in which these rules have fired. */
export const isToBeClassified = ({ asks }: Pick<Classifier, "asks">, fired: readonly string[]): boolean =>
  asks === "all" || fired.some((rule) => SUSPICIOUS.has(rule.split(".", 1)[0] ?? rule));

/** What of the text's passage follows from an answer, or from none. */
export function firingOf(
  { onFailure, minScore }: Pick<Classifier, "onFailure" | "minScore">,
  actions: ClassifierActions,
  finding: Finding,
): Firing | undefined {
  if ("failed" in finding) {
    const action = onFailure === "closed" ? "block" : "allow";
    return { rule: "classifier.undecided", action, severity: "high", count: 1 };
  }
  const { category, score, model } = finding;
  if (category === "none" || score < minScore) return undefined;
  const action = actions[category];
  if (action === "off") return undefined;
  return { rule: `classifier.${category}`, action, severity: SEVERITY_OF[category], count: 1, model, score };
}
