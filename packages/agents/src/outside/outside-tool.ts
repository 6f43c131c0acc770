/** What roles that agents elsewhere play have in common: what they cost, how often they are asked, and what may go to them. */
import { type Context, fail, type Json, type Outcome } from "@troupe/runtime";
import { z } from "zod";
import { type Conversation, renderConversation } from "../roles/conversation.ts";
import { recordRefusal } from "../tools/gate/admit.ts";
import { labelsBesideSecret, unacceptedLabels } from "../tools/labels.ts";
import type { Tool } from "../tools/tool.ts";
import { resolveToolRules, type ToolRules, ToolRulesFile } from "../tools/tool-rules.ts";

export const OutsideFields = z.strictObject({
  idempotent: z
    .boolean()
    .optional()
    .describe("Whether the agent takes a message that comes twice under one id for one. Default false."),
  timeoutMs: z
    .int()
    .min(1)
    .max(20 * 60_000)
    .optional()
    .describe("Longest wait for the agent's answer. Default 300000."),
  ...ToolRulesFile.pick({ callsPerMinute: true, costUsd: true }).shape,
  outside: ToolRulesFile.shape.taint.describe(
    "Labels that go to the agent, and those that its answers bear. Default: all, and how it is spoken to; it reaches outside.",
  ),
});

const DEFAULT_TIMEOUT_MS = 300_000;
/** How much longer the handler may take than the agent. */
export const OUTSIDE_MARGIN_MS = 30_000;

/** The agent as the node sees it. Under `name` the node counts and charges what is asked, the log has the steps, and answers bear the label. */
export function outsideTool(place: Pick<Tool, "kind" | "name"> & { readonly target: string }, options: object): Tool {
  const given = Object.entries(options).filter(([name]) => Object.hasOwn(OutsideFields.shape, name));
  const {
    callsPerMinute,
    costUsd,
    idempotent = false,
    timeoutMs,
    outside = {},
  } = OutsideFields.parse(Object.fromEntries(given));
  const rules = resolveToolRules({
    callsPerMinute,
    costUsd,
    timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
    taint: { isOutside: true, gives: [place.name], ...outside },
  });
  return {
    ...place,
    description: "An agent elsewhere",
    parameters: {},
    rules,
    isIdempotent: idempotent,
    parse: (value) => ({ ok: true, value }),
    run: () => undefined,
  };
}

/** What is said to the agent: the bare input when it is the first, else all of the conversation as text. */
export function saidOutside(conversation: Conversation): Json {
  const { input, history, note, failure } = conversation;
  const isBare = history.length === 0 && note === undefined && failure === undefined;
  return isBare ? input : renderConversation(conversation);
}

/** Ends the hop where its labels say that nothing may go to the agent, and records that; `undefined` where it may. */
export async function refusedOutside(ctx: Context, { name, rules }: Tool): Promise<Outcome | undefined> {
  const reason = taintRefusal(rules, ctx.taint);
  if (reason === undefined) return undefined;
  await ctx.step(`${name}:refused`, () => recordRefusal(ctx, name, { rule: "taint", reason }));
  return fail({ code: "taint_refused", message: `nothing was sent to the agent: ${reason}` });
}

function taintRefusal({ accepts, isOutside }: ToolRules, taint: readonly string[]): string | undefined {
  const unaccepted = unacceptedLabels(accepts, taint);
  if (unaccepted.length > 0) return `it does not accept content labelled ${unaccepted.join(", ")}`;
  return isOutside && labelsBesideSecret(taint).length > 0
    ? "the task holds a secret and content from outside"
    : undefined;
}

/** The answer, no longer than a result of a tool may be. */
export const cutOutside = ({ rules }: Tool, content: Json): Json =>
  typeof content === "string" ? content.slice(0, rules.maxResultLength) : content;

/** Text is shown as it comes; any other sign shows that the handler gets on. */
export const told = (ctx: Context) => (text: string) => (text === "" ? ctx.alive() : ctx.token(text));
