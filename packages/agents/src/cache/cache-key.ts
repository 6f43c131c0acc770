import { createHash } from "node:crypto";
import type { ModelCall } from "../models/model.ts";

/** Hash of everything that an answer depends on: alias, messages, tools, parameters. The same however its objects were put together. */
export function cacheKey(
  model: string,
  { messages, tools = [], temperature, maxOutputTokens, answer }: ModelCall,
): string {
  const text = canonical({ model, messages, tools, temperature, maxOutputTokens, answer });
  return createHash("sha256").update(text).digest("hex");
}

/** JSON with sorted keys; what is `undefined` is not there. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(",")}}`;
}
