import { createHash } from "node:crypto";

/** What a model sees of an MCP tool, and so what must not change unseen. */
export interface PinnedPart {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: unknown;
  readonly outputSchema?: unknown;
}

/** `sha256:<hex>` of description and schemas, the same whatever the order of keys. */
export function pinOf({ name, description = "", inputSchema, outputSchema = null }: PinnedPart): string {
  const text = canonical([name, description, inputSchema, outputSchema]);
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(",")}}`;
}
