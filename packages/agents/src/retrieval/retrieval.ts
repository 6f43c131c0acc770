import {
  type Context,
  EscalationBody,
  type Json,
  type Outcome,
  type Problem,
  type RoleDefinition,
  type RoleInstance,
} from "@troupe/runtime";
import { z } from "zod";
import { agentWith } from "../roles/agent.ts";
import type { AgentOptions } from "../roles/agent-options.ts";
import { type OpenModel, systemModels } from "../roles/agent-ports.ts";
import { type Conversation, readConversation, textOfJson, toBody, withTurn } from "../roles/conversation.ts";
import { DEFAULT_PASSAGES, MOST_PASSAGES, type Passage, type Retriever } from "./retriever.ts";

export interface RetrievalOptions<Route extends string, To extends string> extends AgentOptions<Route, To> {
  /** Where it looks: `fileIndex`, or another library's retriever behind its adapter. */
  readonly retriever: Retriever;
  /** Passages that it is given, 1 to 50. Default 5. */
  readonly passages?: number | undefined;
  /** Labels that the task carries from the passages on: content from outside. Default none. */
  readonly gives?: readonly string[] | undefined;
}

/** The name under which passages stand in the prompt. */
const SOURCES = "sources";
const LONGEST_QUERY = 2_000;

/**
 * A retrieval role: an agent that is given, with each message, the passages that fit it best. What was found is a recorded step: after a crash
 * it answers from the same passages, whatever has changed since.
 */
export function retrieval<const Route extends string = never, const To extends string = never>(
  options: RetrievalOptions<Route, To>,
  openModel: OpenModel = systemModels(),
): RoleDefinition<Route | To> {
  const { retriever, passages = DEFAULT_PASSAGES, gives = [], ...agentOptions } = options;
  return informed(agentWith<Route, To>(agentOptions, openModel), { retriever, passages, gives });
}

interface Source {
  readonly retriever: Retriever;
  readonly passages: number;
  readonly gives: readonly string[];
}

/** The agent, with passages before each of its messages. */
function informed<Targets extends string>(role: RoleDefinition<Targets>, source: Source): RoleDefinition<Targets> {
  const { passages, gives } = source;
  return {
    ...role,
    about: { ...role.about, pattern: "retrieval", passages, ...(gives.length === 0 ? {} : { gives }) },
    check: (manifest, name) => [...(role.check?.(manifest, name) ?? []), ...problemsOf(passages)],
    bind: (manifest) => informed(role.bind?.(manifest) ?? role, source),
    create: () => informedInstance(role.create(), source),
  };
}

const problemsOf = (passages: number): readonly Problem[] =>
  Number.isInteger(passages) && passages >= 1 && passages <= MOST_PASSAGES
    ? []
    : [{ path: "passages", value: passages, reason: `must be a whole number from 1 to ${MOST_PASSAGES}` }];

function informedInstance<Targets extends string>(
  instance: RoleInstance<Targets>,
  { retriever, passages: limit, gives }: Source,
): RoleInstance<Targets> {
  return {
    receive: async (message: Json, ctx: Context): Promise<Outcome<Targets>> => {
      const conversation = readConversation(message);
      const found = await ctx.step("retrieve", async ({ signal }) =>
        jsonOf(await retriever.retrieve(queryOf(conversation), { limit, signal })),
      );
      if (gives.length > 0 && found.length > 0) ctx.addTaint(gives);
      return instance.receive(withSources(message, conversation, found), ctx);
    },
    callsLeft: () => instance.callsLeft?.(),
    dispose: async () => {
      await instance.dispose?.();
    },
  };
}

/** What is looked for: the task, and what the sender said of it. */
const queryOf = ({ input, note }: Conversation): string =>
  [textOfJson(input), ...(note === undefined ? [] : [note])].join("\n").slice(0, LONGEST_QUERY);

/** Passages as they are recorded: without what is not there. */
const jsonOf = (passages: readonly Passage[]): { text: string; source?: string }[] =>
  passages.map(({ text, source }) => ({ text, ...(source === undefined ? {} : { source }) }));

/** The conversation with the passages as what was said last. An escalation stays one. */
function withSources(message: Json, conversation: Conversation, found: readonly Passage[]): Json {
  const text = found.map((passage, index) => `[${index + 1}] ${passage.source ?? "unnamed"}\n${passage.text}`);
  const content = found.length === 0 ? "Nothing was found." : text.join("\n\n");
  const told = toBody({ ...withTurn(conversation, { role: SOURCES, content }), note: conversation.note });
  const escalation = EscalationBody.safeParse(message);
  return escalation.success ? z.json().parse({ ...escalation.data, message: told }) : told;
}
