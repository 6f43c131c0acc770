import type { Context, Json, Outcome, RoleDefinition, RoleInstance, RoleSettings } from "@troupe/runtime";
import { fail, TroupeError } from "@troupe/runtime";
import { settingsOf } from "@troupe/runtime/internal";
import { z } from "zod";
import { checkTo, handOn } from "../patterns/coordinator.ts";
import { type Conversation, readConversation, renderConversation } from "../roles/conversation.ts";
import { type LangchainRunnable, textOfMessage, usageOfMessage } from "./langchain-shapes.ts";

export interface LangchainRoleOptions<To extends string> extends RoleSettings {
  readonly runnable: LangchainRunnable;
  /** Where its answer goes: a role, or `client`. Absent = it can only be called. */
  readonly to?: To | undefined;
  /** What it is given. Default: the conversation as one text, as agents see it. */
  readonly input?: ((conversation: Conversation) => unknown) | undefined;
  /** Makes plain JSON of what it returns. Default: the text of a message, else what it returns, where that is JSON. */
  readonly output?: ((result: unknown) => Json) | undefined;
  /**
   * What happens when its result got lost in a crash: `repeat` (default) runs it again, `once` parks the hop with `effect_in_doubt`: for what
   * must not happen twice.
   */
  readonly effect?: "repeat" | "once" | undefined;
}

/**
 * A LangChain.js runnable (a chain, a chat model, a graph) as a role. Its run is one recorded step: after a crash a recorded answer is used,
 * never made again. It reaches its own models by itself: these calls are not in budgets, limits and caches; tokens that its messages tell are
 * counted. It is aborted with its task, through the `signal` of its options.
 */
export function langchainRole<const To extends string = never>(options: LangchainRoleOptions<To>): RoleDefinition<To> {
  const { to } = options;
  return {
    kind: "actor",
    settings: settingsOf(options),
    about: { adapter: "langchain", ...(to === undefined ? {} : { to }) },
    check: (manifest, name) => checkTo(to, manifest, name),
    // It addresses only `to`.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    create: () => ({ receive: (message, ctx) => run(options, message, ctx) }) as RoleInstance<To>,
  };
}

async function run(
  { runnable, to, input, output = jsonOf, effect = "repeat" }: LangchainRoleOptions<string>,
  message: Json,
  ctx: Context,
): Promise<Outcome> {
  const conversation = readConversation(message);
  const given = input === undefined ? renderConversation(conversation) : input(conversation);
  const { content } = await ctx.step(
    "langchain",
    async ({ signal, idempotencyKey }) => {
      const result: unknown = await runnable.invoke(given, { signal, metadata: { idempotencyKey } });
      return { content: output(result), usage: usageOfMessage(result) };
    },
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the step's own result, just above
    { effect, usage: (value) => (value as Ran).usage },
  );
  if (content === undefined)
    return fail(new TroupeError("model_output_invalid", "the runnable returned nothing").toBody());
  return handOn(to, ctx, conversation, content);
}

interface Ran {
  readonly usage?: ReturnType<typeof usageOfMessage>;
}

function jsonOf(result: unknown): Json {
  const text = textOfMessage(result);
  if (text !== undefined) return text;
  const parsed = z.json().safeParse(result);
  if (parsed.success) return parsed.data;
  throw new TroupeError("model_output_invalid", "the runnable's result is no plain JSON; give the role an `output`");
}
