import { formatProblem, messageOf, TroupeError } from "@troupe/runtime";
import { problemsOf } from "@troupe/runtime/internal";
import { z } from "zod";
import type { ParametersSchema, ParsedArguments, Tool } from "../tools/tool.ts";
import { resolveToolRules, type ToolRulesOptions } from "../tools/tool-rules.ts";
import { type LangchainTool, textOfMessage } from "./langchain-shapes.ts";

export interface LangchainToolOptions extends ToolRulesOptions {
  readonly tool: LangchainTool;
  /** Default: the tool's own. */
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** Whether running it twice does no harm. Default: true with permission READ, else false. */
  readonly idempotent?: boolean | undefined;
}

/**
 * A LangChain.js tool as a tool of an agent. It goes through the same gate as every other: permission (EXECUTE where nothing is said), rate,
 * budget, approval, audit, and its arguments are checked with its schema. Throws `invalid_config` for a schema that is neither zod 4 nor a
 * JSON Schema.
 */
export function langchainTool(options: LangchainToolOptions): Tool {
  const { tool, name = tool.name, description = tool.description, idempotent } = options;
  const rules = resolveToolRules(options);
  const { parameters, parse } = schemaOf(tool);
  return {
    kind: "function",
    name,
    description,
    parameters,
    rules,
    isIdempotent: idempotent ?? rules.permission === "READ",
    parse,
    run: async (args, { signal, idempotencyKey }) => {
      const result = await tool.invoke(args, { signal, metadata: { idempotencyKey } });
      return textOfMessage(result) ?? result;
    },
  };
}

interface Schema {
  readonly parameters: ParametersSchema;
  readonly parse: (input: unknown) => ParsedArguments;
}

function schemaOf({ name, schema }: LangchainTool): Schema {
  try {
    const { zod, json } = isZod4(schema)
      ? { zod: schema, json: z.toJSONSchema(schema, { io: "input" }) }
      : { zod: z.fromJSONSchema(JsonSchema.parse(schema)), json: JsonSchema.parse(schema) };
    const { $schema: _, ...parameters } = json;
    return {
      parameters,
      parse: (input) => {
        const parsed = zod.safeParse(input);
        if (parsed.success) return { ok: true, value: parsed.data };
        return { ok: false, reason: problemsOf(parsed.error, input).map(formatProblem).join("; ") };
      },
    };
  } catch (error) {
    throw new TroupeError(
      "invalid_config",
      `the schema of LangChain tool ${name} is neither zod 4 nor a JSON Schema: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** An object's JSON Schema: that of a tool's arguments. */
const JsonSchema = z.looseObject({ type: z.literal("object") }).and(z.record(z.string(), z.json()));

/** Whether it is a schema of zod 4, whichever copy of it. */
const isZod4 = (schema: unknown): schema is z.ZodType =>
  typeof schema === "object" && schema !== null && "_zod" in schema && "safeParse" in schema;
