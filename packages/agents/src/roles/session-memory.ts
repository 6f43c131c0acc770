/**
 * What an agent remembers of a session, in the role's durable state: what it was asked in earlier tasks and what it answered. Tasks without
 * a session remember nothing and cost nothing.
 */
import type { Context } from "@troupe/runtime";
import { z } from "zod";
import { newestTextsThatFit } from "../models/context-window.ts";
import type { ModelMessage } from "../models/model.ts";

/** One earlier prompt with the model's answer to it. */
const Exchange = z.object({ prompt: z.string(), answer: z.string() });
type Exchange = z.infer<typeof Exchange>;

const Memory = z.object({ exchanges: z.array(Exchange) });

/** Exchanges that are kept; older ones stay in the log. */
export const MAX_EXCHANGES = 10;
/** Longer texts are cut: they are there to be referred to, not to be repeated. Characters. */
const MAX_TEXT_LENGTH = 8_000;

/**
 * Earlier exchanges as messages that go before the prompt, oldest first: the newest ones that fit into the budget. State that another
 * version wrote in another form is passed over.
 */
export async function recall(ctx: Context, budgetTokens: number): Promise<readonly ModelMessage[]> {
  if (ctx.task.session === undefined) return [];
  const memory = Memory.safeParse(await ctx.state.get<unknown>());
  if (!memory.success) return [];
  const { exchanges } = memory.data;
  const texts = exchanges.map(({ prompt, answer }) => `${prompt}\n${answer}`);
  const kept = await newestTextsThatFit(texts, budgetTokens, MAX_EXCHANGES);
  return exchanges.slice(exchanges.length - kept).flatMap(({ prompt, answer }): ModelMessage[] => [
    { role: "user", content: prompt },
    { role: "assistant", content: answer },
  ]);
}

/** Adds an exchange, once however often the hop is replayed. */
export async function remember(ctx: Context, exchange: Exchange): Promise<void> {
  if (ctx.task.session === undefined) return;
  const { prompt, answer } = exchange;
  const kept = { prompt: prompt.slice(0, MAX_TEXT_LENGTH), answer: answer.slice(0, MAX_TEXT_LENGTH) };
  await ctx.state.update<unknown>((value) => {
    const memory = Memory.safeParse(value);
    const before = memory.success ? memory.data.exchanges : [];
    return { exchanges: [...before, kept].slice(-MAX_EXCHANGES) };
  });
}
