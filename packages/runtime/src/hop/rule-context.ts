/** What is kept and shown of a hop when a rule fires: enough to judge it by, bounded, without secrets. Pure. */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { Json } from "../actor/outcome.ts";
import { canonicalJson } from "../codec/canonical-json.ts";
import type { RuleFiring } from "../contracts/escalation-rules.ts";
import type { HopFacts } from "../rules/rule-facts.ts";
import { maskValue } from "../telemetry/mask.ts";
import type { SeenOutcome } from "./hop-facts.ts";

const LONGEST_TEXT = 200;
const MOST_ENTRIES = 20;
const DEEPEST = 4;
/** Fields whose values are secrets, whatever they look like. */
const SECRET = /password|passwd|secret|token|api[_-]?key|authorization|credential/i;
/** Longer bodies are approved by their hash and their beginning. Characters of JSON. */
const LARGEST_SHOWN = 32_000;

/** The facts, each cut to what a person reads at a glance. */
export function trimmedContext(facts: HopFacts): RuleFiring["context"] {
  const trimmed = Object.entries({ ...facts }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, trimmedValue(maskValue(value), 0)] as const],
  );
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

/** What a person is asked to let pass: the outcome with its body, or with its hash and its beginning where it is too long to be read. */
export function actOf(rule: string, role: string, { outcome, to, body }: SeenOutcome): Json {
  const act = { rule, role, outcome, ...(to === undefined ? {} : { to }) };
  const text = JSON.stringify(body) ?? "null";
  if (text.length <= LARGEST_SHOWN) return { ...act, body: z.json().parse(JSON.parse(text)) };
  const sha256 = createHash("sha256").update(canonicalJson(body)).digest("hex");
  return { ...act, body_sha256: sha256, body_begins: text.slice(0, LARGEST_SHOWN / 8) };
}

type JSONType = z.infer<ReturnType<typeof z.json>>;
