/** A tool's result under the system's guardrails. Plain JSON: it is what the journal keeps. */
import type { Context } from "@troupe/runtime";

/** What the model may be told of it, and which rules have fired in it. */
export interface ScreenedResult {
  readonly text: string;
  readonly fired?: readonly string[];
}

/** What the rules leave of a result; ask inside the step that records it. */
export async function screenedResult(ctx: Context, tool: string, text: string): Promise<ScreenedResult> {
  const { verdict, value, rules } = await ctx.screen("toolResults", text, tool);
  if (verdict === "block") return { text: notShown(tool, rules) };
  return rules.length === 0 ? { text: value } : { text: value, fired: rules };
}

/** What the second stage leaves of a recorded result; ask after the step that recorded it. */
export async function classifiedResult(ctx: Context, tool: string, result: ScreenedResult): Promise<string> {
  const { text, fired = [] } = result;
  const { verdict, rules } = await ctx.classify({ value: text, rules: fired }, tool);
  return verdict === "block" ? notShown(tool, rules) : text;
}

const notShown = (tool: string, rules: readonly string[]): string =>
  `Error: the result of ${tool} is not shown: it is blocked by ${rules.join(", ")}`;
