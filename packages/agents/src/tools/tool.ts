import { formatProblem, type Json } from "@troupe/runtime";
import { problemsOf } from "@troupe/runtime/internal";
import { type ZodObject, z } from "zod";
import { resolveToolRules, type ToolRules, type ToolRulesOptions } from "./tool-rules.ts";

/** What a tool runs with. */
export interface ToolScope {
  /** The same on every attempt of this call; hand it to receivers that honour idempotency keys. */
  readonly idempotencyKey: string;
  /** Aborts when the task ends, the hop is lost, or the tool's time is over. */
  readonly signal: AbortSignal;
  /** Labels of everything that the hop has seen before the call. */
  readonly taint: readonly string[];
  /** Asks a service of the node, as `ctx.ask` does. */
  ask(service: string, body: Json): Promise<Json>;
}

/** JSON Schema of a tool's arguments, as a model is shown it. */
export type ParametersSchema = Readonly<Record<string, unknown>>;

/** What was given as arguments, as the tool wants them, or why it cannot be. */
export type ParsedArguments =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string };

/** One tool as a model may call it. */
export interface Tool {
  /** `role` is asked by a call of the runtime, so it runs nothing itself. */
  readonly kind: "function" | "mcp" | "service" | "role" | "code";
  readonly name: string;
  readonly description: string;
  /** What it stands for, for people and for the node: a subject, a role, an MCP server. */
  readonly target?: string | undefined;
  readonly parameters: ParametersSchema;
  readonly rules: ToolRules;
  /** Whether running it twice does no harm. */
  readonly isIdempotent: boolean;
  parse(input: unknown): ParsedArguments;
  /** `args` has passed `parse`. */
  run(args: unknown, scope: ToolScope): unknown;
}

/** A tool as an author writes it. */
export interface ToolOptions<S extends ZodObject> extends ToolRulesOptions {
  /** Letters, digits, `_` and `-`, at most 64: what the model sees. */
  readonly name: string;
  /** When to use it and what it gives; the model decides by this. */
  readonly description: string;
  /** Checked before every call; a call that does not fit goes back to the model with the reason. */
  readonly parameters: S;
  /**
   * Whether running it twice does no harm. Default: true with permission READ, else false: an intent is recorded first, and after a crash in
   * the middle the hop is parked with `effect_in_doubt` instead of running it again.
   */
  readonly idempotent?: boolean;
  /** Returns what the model is told: text, or a value that becomes JSON. What it throws becomes an error that the model sees. */
  run(args: z.output<S>, scope: ToolScope): unknown;
}

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** A schema-checked function for a model. Each call is a recorded step: it runs once, however often the hop is replayed. */
export function tool<S extends ZodObject>(options: ToolOptions<S>): Tool {
  const { name, description, parameters, idempotent } = options;
  const rules = resolveToolRules(options);
  let schema: ParametersSchema | undefined;
  return {
    kind: "function",
    name,
    description,
    // A getter: what cannot be a JSON Schema is a problem of the system file, not an exception of the module.
    get parameters() {
      return (schema ??= schemaOf(parameters));
    },
    rules,
    isIdempotent: idempotent ?? rules.permission === "READ",
    parse: (input) => parseWith(parameters, input),
    // The gate has parsed the arguments with this very schema.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    run: (args, scope) => options.run(args as z.output<S>, scope),
  };
}

function schemaOf(parameters: z.ZodType): ParametersSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(parameters, { io: "input" });
  return schema;
}

/** Checks arguments with a schema, and says everything that is wrong with them. */
export function parseWith(schema: z.ZodType, input: unknown): ParsedArguments {
  const parsed = schema.safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, reason: problemsOf(parsed.error, input).map(formatProblem).join("; ") };
}

/** Whether a name may be offered to a model. */
export const isToolName = (name: string): boolean => NAME.test(name);
