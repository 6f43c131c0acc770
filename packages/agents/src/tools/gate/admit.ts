/** What is asked of the node before a call begins, and what is written when it does not. */
import { type Context, messageOf, TroupeError } from "@troupe/runtime";
import { TOOL_RATE_SERVICE, ToolRateAnswer } from "../../broker/tool-rate-messages.ts";
import type { Tool } from "../tool.ts";
import type { Refusal } from "./decide.ts";
import type { ToolPorts } from "./tool-ports.ts";

/** A refusal as it is recorded: the rule, and what the model is told. */
export interface RecordedRefusal {
  readonly text: string;
  readonly refused: string;
}

/** Asks whether one more call may begin; what it may not is recorded in place of a result. */
export async function admit(
  ctx: Context,
  ports: ToolPorts,
  tool: Tool,
): Promise<{ readonly instead: RecordedRefusal } | undefined> {
  const rate = await askRate(ctx, ports, tool);
  if (rate.isAdmitted) return undefined;
  const seconds = Math.ceil(rate.retryAfterMs / 1_000);
  const reason = `${tool.rules.callsPerMinute} calls a minute are allowed; the next one in ${seconds} s`;
  return { instead: await recordRefusal(ctx, tool.name, { rule: "rate", reason }) };
}

async function askRate(ctx: Context, { processRate }: ToolPorts, { name, rules }: Tool): Promise<ToolRateAnswer> {
  try {
    return ToolRateAnswer.parse(await ctx.ask(TOOL_RATE_SERVICE, { tool: name }));
  } catch (error) {
    // A limit that cannot be shared is kept by each process: that is no reason to stop the work.
    if (!TroupeError.is(error, "unavailable", "overloaded", "outcome_unknown")) throw error;
    ctx.log.debug({ tool: name, reason: error.message }, "the node does not count this call; this process does");
    const decision = processRate.admit(ctx.role, name, rules.callsPerMinute);
    return decision.isAdmitted ? { isAdmitted: true } : decision;
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
