/**
 * What of a conversation goes into a prompt: the instructions and the task always, then the newest turns, then what the role remembers of
 * the session, as far as the window goes. Of what is left out there may be a summary.
 */
import { type Context, TroupeError } from "@troupe/runtime";
import { newestTextsThatFit } from "../models/context-window.ts";
import type { ModelCall, ModelClient, ModelMessage, ModelScope } from "../models/model.ts";
import { countWithin } from "../models/tokens.ts";
import { type Conversation, renderConversation, taskSection, turnSections } from "./conversation.ts";
import { MODEL_CALL } from "./model-step.ts";
import { buildPrompt, type PromptParts, systemMessage } from "./prompt.ts";
import { recall } from "./session-memory.ts";

/** How a role uses its context window. */
export interface ContextPolicy {
  /** Turns of the task that a prompt holds at most. */
  readonly turns: number;
  /** Whether the turns that are left out are summarised, by one more model call. */
  readonly summarise: boolean;
}

/** The window of a model that says none. Finite: there is arithmetic on it. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;
/** Length of a summary. */
const SUMMARY_TOKENS = 400;

const SUMMARISER = [
  "You are the summariser.",
  "You are given contributions of a team to one task, oldest first. Say in at most 200 words what the next member must know of them:",
  "decisions, facts, names, numbers, open questions. Add nothing of your own, and no introduction.",
].join("\n");

/** The part of the window that is kept for the answer, and the most that the session's memory may take. */
const QUARTER = 4;

export interface PromptContext {
  /** The conversation as it is asked. */
  readonly prompt: string;
  readonly messages: readonly ModelMessage[];
}

/** Composes the messages of a hop's first model call. The same on a replay: counts are pure, the summary is a recorded step. */
export async function composePrompt(
  ctx: Context,
  client: ModelClient,
  parts: PromptParts & Pick<ModelCall, "maxOutputTokens" | "tools">,
  conversation: Conversation,
  policy: ContextPolicy,
): Promise<PromptContext> {
  const windowTokens = client.windowTokens ?? NO_LIMIT;
  const fixed = [systemMessage(parts), taskSection(conversation), JSON.stringify(parts.tools ?? [])];
  const answerTokens = Math.max(windowTokens / QUARTER, parts.maxOutputTokens ?? 0);
  let left = windowTokens - answerTokens - total(await countWithin(fixed, windowTokens - answerTokens));

  const sections = turnSections(conversation);
  let kept = await newestTextsThatFit(sections, left, policy.turns);
  let summary: string | undefined;
  if (kept < sections.length && policy.summarise) {
    kept = await newestTextsThatFit(sections, left - SUMMARY_TOKENS, policy.turns);
    summary = await summarise(ctx, client, sections.slice(0, sections.length - kept));
  }
  const shown = [...sections.slice(sections.length - kept), ...(summary === undefined ? [] : [summary])];
  left -= total(await countWithin(shown, left));

  const prompt = renderConversation(conversation, kept, summary);
  const remembered = await recall(ctx, Math.min(left, windowTokens / QUARTER));
  return { prompt, messages: buildPrompt(parts, prompt, remembered) };
}

const total = (tokens: readonly number[]): number => tokens.reduce((sum, count) => sum + count, 0);

/** A summary of the sections, newest first as far as the window goes; `undefined` when no model gives one: the hop goes on without. */
async function summarise(ctx: Context, client: ModelClient, sections: readonly string[]): Promise<string | undefined> {
  const windowTokens = client.windowTokens ?? NO_LIMIT;
  const kept = await newestTextsThatFit(sections, windowTokens / 2, sections.length);
  if (kept === 0) return undefined;
  const text = sections.slice(sections.length - kept).join("\n\n");
  const messages: ModelMessage[] = [
    { role: "system", content: SUMMARISER },
    { role: "user", content: text },
  ];
  const { content } = await ctx.step(
    "summary",
    async ({ idempotencyKey, signal }) => {
      try {
        const scope: ModelScope = {
          idempotencyKey,
          signal,
          remainingMs: ctx.remainingMs(),
          isConfidential: ctx.isConfidential,
          ask: (service, body) => ctx.ask(service, body),
          log: ctx.log,
        };
        return await client.complete({ messages, maxOutputTokens: SUMMARY_TOKENS }, scope);
      } catch (error) {
        if (!TroupeError.is(error, "model_unavailable", "model_refused", "budget_exceeded", "overloaded")) throw error;
        ctx.log.warn({ error: error.toBody() }, "no summary of earlier turns");
        return { content: "", usage: undefined };
      }
    },
    {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the step's own result, just above
      usage: (value) => (value as { readonly usage?: ReturnType<NonNullable<StepUsage>> }).usage,
      stuckAfter: MODEL_CALL,
    },
  );
  return content.trim() === "" ? undefined : content.trim();
}

type StepUsage = NonNullable<Parameters<Context["step"]>[2]>["usage"];
