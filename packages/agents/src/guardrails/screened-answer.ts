/** A model's answer under the system's guardrails, before it is recorded: its text, and what it wants to give to tools. */
import { type Context, type Json, TroupeError } from "@troupe/runtime";
import type { ModelAnswer, ToolCall } from "../models/model.ts";

/** What may be kept of an answer. Where its text is blocked, nothing of that is kept but by which rules. */
export async function screenedAnswer(ctx: Context, answer: ModelAnswer): Promise<ModelAnswer> {
  const text = await screenedText(ctx, answer.content);
  const toolCalls: ToolCall[] = [];
  for (const call of answer.toolCalls) toolCalls.push(await screenedCall(ctx, call));
  if (text.verdict === "block") return { ...answer, content: "", toolCalls, blocked: text.rules };
  return { ...answer, content: text.content, toolCalls };
}

/** Throws `guardrail_blocked` for an answer that is. */
export function requireUnblocked({ blocked }: ModelAnswer): void {
  if (blocked === undefined) return;
  throw new TroupeError("guardrail_blocked", `the model's answer is blocked by ${blocked.join(", ")}`, {
    details: { rules: [...blocked] },
  });
}

/** JSON is looked at as the value that it is: in its text a value may be escaped, and what is taken out might break it. */
async function screenedText(ctx: Context, content: string) {
  const value = /^\s*[{[]/.test(content) ? valueOf(content) : undefined;
  const { verdict, value: kept, rules } = await ctx.screen<Json>("answer", value ?? content);
  return { verdict, rules, content: kept === (value ?? content) ? content : textOf(kept) };
}

async function screenedCall(ctx: Context, call: ToolCall): Promise<ToolCall> {
  const given = valueOf(call.arguments) ?? call.arguments;
  const { verdict, value, rules } = await ctx.screen<Json>("toolArguments", given, call.name.slice(0, 128));
  const text = value === given ? call.arguments : textOf(value);
  return verdict === "block" ? { ...call, arguments: text, blocked: rules } : { ...call, arguments: text };
}

const textOf = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));

function valueOf(text: string): Json | undefined {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON.parse makes
    return JSON.parse(text) as Json;
  } catch {
    return undefined; // no JSON, so it is looked at as text
  }
}
