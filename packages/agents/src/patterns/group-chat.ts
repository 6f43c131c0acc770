import { type Context, type Json, type RoleDefinition, TroupeError } from "@troupe/runtime";
import { z } from "zod";
import { type OpenModel, systemModels } from "../roles/agent-ports.ts";
import { type Conversation, textOfJson, withTurn } from "../roles/conversation.ts";
import { type AskedAgentOptions, askedAgent } from "./asked-agent.ts";
import { ask, coordinator, type PatternSettings, readAnswer } from "./coordinator.ts";

/** What a chair answers: one of the speakers, or `end` (no role can have that name). */
export const NextSpeaker = z.object({ next: z.string(), reason: z.string().optional() });
const END = "end";

export interface GroupChatOptions<
  Speaker extends string,
  Chair extends string,
  Writer extends string,
  To extends string,
> extends PatternSettings<To> {
  readonly speakers: readonly Speaker[];
  /** Chooses who speaks next, or ends the chat; {@link chair} makes such a role. Absent = round robin, in the order of `speakers`. */
  readonly chair?: Chair | undefined;
  /** Writes the answer from the chat. Absent = what was said last is the answer. */
  readonly writer?: Writer | undefined;
  /** Turns of the chat at most, 1 to 100. Default 10. */
  readonly maxTurns?: number | undefined;
  /** A turn that holds this text is the last one. Absent = only the chair or `maxTurns` end the chat. */
  readonly stopWord?: string | undefined;
}

/**
 * Group chat: roles speak one after the other, each knowing what was said; a chair chooses the next speaker, or it goes round robin. Ends by
 * the chair, by `stopWord`, or after `maxTurns`. Bound: 2 × `maxTurns` + 1 calls. A crash repeats no turn and no choice that was recorded.
 */
export function groupChat<
  const Speaker extends string,
  const Chair extends string = never,
  const Writer extends string = never,
  const To extends string = never,
>(options: GroupChatOptions<Speaker, Chair, Writer, To>): RoleDefinition<Speaker | Chair | Writer | To> {
  const { speakers, chair: leader, writer, maxTurns = 10, stopWord } = options;
  return coordinator<Speaker | Chair | Writer, To>({
    pattern: "group-chat",
    settings: options,
    asks: [...speakers, ...(leader === undefined ? [] : [leader]), ...(writer === undefined ? [] : [writer])],
    bounds: { maxTurns: { value: maxTurns, most: 100 } },
    lists: { speakers },
    about: {
      speakers,
      ...(leader === undefined ? {} : { chair: leader }),
      ...(writer === undefined ? {} : { writer }),
      ...(stopWord === undefined ? {} : { stopWord }),
    },
    run: async (conversation, ctx) => {
      let chat = conversation;
      let said: Json | undefined;
      for (let turn = 0; turn < maxTurns; turn++) {
        const next = leader === undefined ? roundRobin(speakers, turn) : await chosen(ctx, leader, speakers, chat);
        if (next === undefined) break;
        said = await ask(ctx, next.speaker, chat, next.note);
        chat = withTurn(chat, { role: next.speaker, content: said });
        if (stopWord !== undefined && textOfJson(said).includes(stopWord)) break;
      }
      if (said === undefined) throw new TroupeError("escalated", "the chat ended before anybody spoke");
      return writer === undefined ? said : ask(ctx, writer, chat);
    },
  });
}

interface Next<Speaker extends string> {
  readonly speaker: Speaker;
  readonly note?: string | undefined;
}

function roundRobin<Speaker extends string>(speakers: readonly Speaker[], turn: number): Next<Speaker> | undefined {
  const speaker = speakers[turn % speakers.length];
  return speaker === undefined ? undefined : { speaker };
}

/** The chair's choice; `undefined` when it ends the chat. Somebody who is no speaker escalates. */
async function chosen<Speaker extends string, Chair extends string>(
  ctx: Context<Chair>,
  leader: Chair,
  speakers: readonly Speaker[],
  chat: Conversation,
): Promise<Next<Speaker> | undefined> {
  const { next, reason } = readAnswer(NextSpeaker, leader, await ask(ctx, leader, chat));
  if (next === END) return undefined;
  const speaker = speakers.find((name) => name === next);
  if (speaker !== undefined) return { speaker, note: reason };
  const known = speakers.join(", ");
  throw new TroupeError("escalated", `${leader} chose ${JSON.stringify(next)}, who is no speaker; speakers: ${known}`);
}

export interface ChairOptions extends AskedAgentOptions {
  /** Whom it chooses from: the `speakers` of the chat. */
  readonly speakers: readonly [string, ...string[]];
}

/** A chair for {@link groupChat}: an agent whose answer is one of the speakers, or `end`. */
export function chair(options: ChairOptions, openModel: OpenModel = systemModels()): RoleDefinition<never> {
  const { speakers, ...agentOptions } = options;
  const output = z.object({ next: z.enum([...speakers, END]), reason: z.string() });
  return askedAgent(agentOptions, output, openModel);
}
