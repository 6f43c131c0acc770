/** What is kept and shown of a hop when a rule fires: enough to judge it by, bounded, without secrets. Pure. */
import type { z } from "zod";
import { approvable } from "../actor/approvable.ts";
import type { Json } from "../actor/outcome.ts";
import type { RuleFiring } from "../contracts/escalation-rules.ts";
import { FACT_NAMES, type HopFacts } from "../rules/rule-facts.ts";
import { maskValue } from "../telemetry/mask.ts";
import type { SeenOutcome } from "./hop-facts.ts";

const LONGEST_TEXT = 200;
const MOST_ENTRIES = 20;
const DEEPEST = 4;
/** Fields whose values are secrets, whatever they look like. */
const SECRET = /password|passwd|secret|token|api[_-]?key|authorization|credential/i;

/** The facts, each cut to what a person reads at a glance. */
export function trimmedContext(facts: HopFacts): RuleFiring["context"] {
  const trimmed = [...FACT_NAMES].flatMap((name) => {
    const value = facts[name];
    return value === undefined ? [] : [[name, trimmedValue(maskValue(value), 0)] as const];
  });
  return Object.fromEntries(trimmed);
}

function trimmedValue(value: unknown, depth: number): JSONType {
  if (value === null || typeof value === "boolean" || typeof value === "number") return value;
  if (typeof value === "string") return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
  if (typeof value !== "object") return typeof value;
  if (depth >= DEEPEST) return "…";
  if (Array.isArray(value)) return value.slice(0, MOST_ENTRIES).map((entry) => trimmedValue(entry, depth + 1));
  const fields = Object.entries(value)
    .slice(0, MOST_ENTRIES)
    .map(([name, entry]) => [name, SECRET.test(name) ? "[REDACTED]" : entry] as const);
  return Object.fromEntries(
    fields.map(([name, entry]) => [name.slice(0, LONGEST_TEXT), trimmedValue(entry, depth + 1)]),
  );
}

/** What a person is asked to let pass. */
export function actOf(rule: string, role: string, { outcome, to, body }: SeenOutcome): Json {
  return { rule, role, outcome, ...(to === undefined ? {} : { to }), body: approvable(body) };
}

type JSONType = z.infer<ReturnType<typeof z.json>>;
