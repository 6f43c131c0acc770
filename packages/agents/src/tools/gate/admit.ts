/** What is asked of the node before a call begins, and what is written when it does not. */
import { type Context, messageOf, TroupeError } from "@troupe/runtime";
import { isNotOffered } from "@troupe/runtime/internal";
import { BUDGET_SERVICE, type BudgetQuestion } from "../../budgets/budget-messages.ts";
import { TOOL_RATE_SERVICE, ToolRateAnswer } from "../../node-services/tool-rate-messages.ts";
import type { Tool } from "../tool.ts";
import type { Refusal } from "./decide.ts";
import type { ToolPorts } from "./tool-ports.ts";

/** A refusal as it is recorded: the rule, and what the model is told. */
export interface RecordedRefusal {
  readonly text: string;
  readonly refused: string;
}

/** Asks whether one more call may begin: rate, then budget. What may not is recorded in place of a result. */
export async function admit(
  ctx: Context,
  ports: ToolPorts,
  tool: Tool,
): Promise<{ readonly instead: RecordedRefusal } | undefined> {
  const refusal = (await rateRefusal(ctx, ports, tool)) ?? (await budgetRefusal(ctx, tool));
  return refusal === undefined ? undefined : { instead: await recordRefusal(ctx, tool.name, refusal) };
}

async function rateRefusal(ctx: Context, ports: ToolPorts, tool: Tool): Promise<Refusal | undefined> {
  const rate = await askRate(ctx, ports, tool);
  if (rate.isAdmitted) return undefined;
  const seconds = Math.ceil(rate.retryAfterMs / 1_000);
  return {
    rule: "rate",
    reason: `${tool.rules.callsPerMinute} calls a minute are allowed; the next one in ${seconds} s`,
  };
}

async function askRate(ctx: Context, { processRate }: ToolPorts, { name, rules }: Tool): Promise<ToolRateAnswer> {
  try {
    return ToolRateAnswer.parse(await ctx.ask(TOOL_RATE_SERVICE, { tool: name }));
  } catch (error) {
    if (!isNotOffered(error)) throw error;
    const decision = processRate.admit(ctx.role, name, rules.callsPerMinute);
    return decision.isAdmitted ? { isAdmitted: true } : decision;
  }
}

/** A call that costs is charged before it is made; a crash before it is recorded may charge it once more. */
async function budgetRefusal(ctx: Context, { name, rules }: Tool): Promise<Refusal | undefined> {
  if (rules.costMicros === 0) return undefined;
  try {
    const question: BudgetQuestion = { op: "charge", tool: name };
    await ctx.ask(BUDGET_SERVICE, question);
    return undefined;
  } catch (error) {
    if (isNotOffered(error)) return undefined;
    if (TroupeError.is(error, "budget_exceeded")) return { rule: "budget", reason: error.message };
    throw error;
  }
}

/** Writes a refusal to the audit, and to the log where there is no audit. */
export async function recordRefusal(ctx: Context, tool: string, refusal: Refusal): Promise<RecordedRefusal> {
  ctx.log.warn({ tool, ...refusal }, "tool call refused");
  try {
    await ctx.ask("audit", { event: "tool_refused", tool, code: refusal.rule, reason: refusal.reason.slice(0, 500) });
  } catch (error) {
    ctx.log.warn({ tool, reason: messageOf(error) }, "the refusal is not in the audit");
  }
  return { text: `Error: ${tool} was not run. ${refusal.reason}`, refused: refusal.rule };
}
