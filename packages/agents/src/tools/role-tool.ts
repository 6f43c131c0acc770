import { z } from "zod";
import type { Tool } from "./tool.ts";
import { parseWith } from "./tool.ts";
import { resolveToolRules, type ToolRulesOptions } from "./tool-rules.ts";

/** Another role as a tool. */
export interface RoleToolOptions<Role extends string> extends ToolRulesOptions {
  /** The role that is asked; it must be an edge of the graph. */
  readonly role: Role;
  /** When to ask it. */
  readonly description: string;
  /** Default `ask_<role>`. */
  readonly name?: string | undefined;
}

const Question = z.strictObject({
  input: z.string().min(1).max(100_000).describe("What to ask, with all it must know"),
});

/**
 * Lets a model ask another role and wait for its answer: the hop leaves memory meanwhile. Default permission READ. It has no time-out of its
 * own: the role has.
 */
export function roleTool<const Role extends string>(options: RoleToolOptions<Role>): Tool & { readonly target: Role } {
  const { role, description, name = `ask_${role.replaceAll(/[^a-zA-Z0-9_-]/g, "_")}` } = options;
  const { $schema: _, ...parameters } = z.toJSONSchema(Question);
  return {
    kind: "role",
    name,
    description,
    target: role,
    parameters,
    rules: resolveToolRules({ permission: "READ", ...options }),
    isIdempotent: true,
    parse: (input) => parseWith(Question, input),
    run: () => undefined,
  };
}
