import { z } from "zod";

const MAX_DEPTH = 16;

/** A JSON Schema as far as it decides what an instance looks like. */
const Schema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.json()).optional(),
  const: z.json().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.unknown().optional(),
  minItems: z.int().optional(),
  minimum: z.number().optional(),
  minLength: z.int().optional(),
  maxLength: z.int().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
});

/** What a property of this name is filled with; `undefined` leaves it to the schema. */
export type Suggest = (name: string, choices: readonly unknown[] | undefined) => z.core.util.JSONType | undefined;

/** Builds an instance of a JSON Schema: suggestions where they fit, else the smallest value that the schema allows. */
export function valueForSchema(schema: unknown, suggest: Suggest, name = "", depth = 0): z.core.util.JSONType {
  const parsed = Schema.safeParse(schema);
  if (!parsed.success || depth > MAX_DEPTH) return null;
  const it = parsed.data;
  const [branch] = it.anyOf ?? it.oneOf ?? [];
  if (branch !== undefined) return valueForSchema(branch, suggest, name, depth + 1);
  const choices = it.const === undefined ? it.enum : [it.const];
  const wish = suggest(name, choices);
  if (choices !== undefined) return choices.find((choice) => choice === wish) ?? choices[0] ?? null;
  const type = typeOf(it);
  if (type === "object") return objectFor(it.properties ?? {}, suggest, depth);
  if (type === "array") return Array.isArray(wish) ? wish : arrayFor(it, suggest, name, depth);
  return scalarFor(it, type, wish, name);
}

const typeOf = ({ type }: z.infer<typeof Schema>): string | undefined => (typeof type === "string" ? type : type?.[0]);

function scalarFor(
  schema: z.infer<typeof Schema>,
  type: string | undefined,
  wish: unknown,
  name: string,
): z.core.util.JSONType {
  if (type === "null") return null;
  if (type === "boolean") return typeof wish === "boolean" ? wish : true;
  if (type === "number" || type === "integer")
    return typeof wish === "number" ? wish : Math.max(schema.minimum ?? 1, 1);
  const text = typeof wish === "string" ? wish : name || "text";
  return text.padEnd(schema.minLength ?? 0, ".").slice(0, schema.maxLength);
}

function arrayFor(schema: z.infer<typeof Schema>, suggest: Suggest, name: string, depth: number): z.core.util.JSONType {
  return Array.from({ length: schema.minItems ?? 1 }, () =>
    valueForSchema(schema.items ?? {}, suggest, name, depth + 1),
  );
}

function objectFor(
  properties: Readonly<Record<string, unknown>>,
  suggest: Suggest,
  depth: number,
): z.core.util.JSONType {
  const entries = Object.entries(properties).map(
    ([name, schema]) => [name, valueForSchema(schema, suggest, name, depth + 1)] as const,
  );
  return Object.fromEntries(entries);
}
