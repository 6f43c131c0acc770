/** What people are told of a rule that fired: its message, with the facts that it names. Pure. */
import type { Facts } from "./condition.ts";

const PLACEHOLDER = /\{([a-zA-Z]+)\}/g;
const LONGEST_VALUE = 200;

/** Names that a template holds. */
export const namesIn = (template: string): readonly string[] =>
  [...template.matchAll(PLACEHOLDER)].map(([, name = ""]) => name);

/** The message: a fact that is not known reads `unknown`, long values are cut. */
export function renderMessage(template: string, facts: Facts): string {
  return template.replaceAll(PLACEHOLDER, (_, name: string) => textOf(facts[name]));
}

function textOf(value: unknown): string {
  if (value === undefined) return "unknown";
  if (typeof value === "number") return String(Math.round(value * 10_000) / 10_000);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
