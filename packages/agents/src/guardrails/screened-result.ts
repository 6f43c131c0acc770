import type { Context } from "@troupe/runtime";

/** What a model is told of a tool's result, under the system's guardrails; ask inside the step that records it. */
export async function screenedResult(ctx: Context, tool: string, text: string): Promise<string> {
  const { verdict, value, rules } = await ctx.screen("toolResults", text, tool);
  return verdict === "block"
    ? `Error: the result of ${tool} is not shown: it is blocked by ${rules.join(", ")}`
    : value;
}
