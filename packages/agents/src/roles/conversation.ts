/**
 * What agents send one another: the client's input as it came, and what each role has contributed so far. Any other message body is
 * taken as the input of a conversation that begins here, so an agent can stand behind a door or behind an actor as well.
 */
import type { Json } from "@troupe/runtime";
import { EscalationBody } from "@troupe/runtime/internal";
import { z } from "zod";
import { guessTokens } from "../models/tokens.ts";

/** One contribution. */
export interface Turn {
  readonly role: string;
  /** Text, or the value that the role's output schema describes. */
  readonly content: Json;
  /** Why it handed on to the next role. */
  readonly reason?: string | undefined;
}

/** The body of a message between agents. */
export interface Conversation {
  readonly input: Json;
  /** Oldest first. */
  readonly history: readonly Turn[];
  /** Why the sender handed on, when it contributed nothing itself (a router's decision). */
  readonly note?: string | undefined;
  /** Who could not go on and why, when the message is an escalation. */
  readonly failure?: { readonly role: string; readonly reason: string } | undefined;
}

const ConversationBody = z.object({
  input: z.json(),
  history: z
    .array(z.object({ role: z.string(), content: z.json(), reason: z.string().optional() }))
    .max(10_000)
    .optional(),
  note: z.string().optional(),
});

/** Turns that a prompt holds at most. */
export const MAX_TURNS = 10;
/** Turns that travel on; older ones stay in the task's log. */
const MAX_CARRIED = 50;

/** Reads a message body. An escalation goes on with the conversation of the role that could not. */
export function readConversation(message: Json): Conversation {
  const escalation = EscalationBody.safeParse(message);
  if (!escalation.success) return readBody(message);
  const { role, reason, message: original, error } = escalation.data;
  return { ...readBody(original), failure: { role, reason: error ? `${reason} (${error.code})` : reason } };
}

function readBody(body: Json): Conversation {
  const parsed = ConversationBody.safeParse(body);
  if (!parsed.success) return { input: body, history: [] };
  const { input, history = [], note } = parsed.data;
  return { input, history, note };
}

/** The conversation with one more contribution. */
export function withTurn(conversation: Conversation, turn: Turn): Conversation {
  return { input: conversation.input, history: [...conversation.history, turn].slice(-MAX_CARRIED) };
}

/** The body that goes to the next role. */
export function toBody({ input, history, note }: Conversation): Json {
  return {
    input,
    history: history.map(({ role, content, reason }) => ({
      role,
      content,
      ...(reason === undefined ? {} : { reason }),
    })),
    ...(note === undefined ? {} : { note }),
  };
}

/** Text as it is, everything else as JSON. */
export const textOfJson = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

/**
 * The conversation as one prompt: the task, then a `## <role>` section for each turn. The newest turns go in first, at most
 * {@link MAX_TURNS} and as many as fit into `budgetTokens`; the task itself is never cut.
 */
export function renderConversation(conversation: Conversation, budgetTokens = Number.POSITIVE_INFINITY): string {
  const { input, history, note, failure } = conversation;
  const task = `Task:\n${textOfJson(input)}`;
  const sections: string[] = [];
  let left = budgetTokens - guessTokens(task);
  for (const turn of history.slice(-MAX_TURNS).toReversed()) {
    const section = `## ${turn.role}\n${textOfJson(turn.content)}${turn.reason === undefined ? "" : `\n(${turn.reason})`}`;
    left -= guessTokens(section);
    if (left < 0) break;
    sections.unshift(section);
  }
  const cut = history.length - sections.length;
  const gap = cut === 0 ? [] : [`[${cut} earlier ${cut === 1 ? "turn is" : "turns are"} left out]`];
  const why = [
    ...(note === undefined ? [] : [`Note: ${note}`]),
    ...(failure === undefined ? [] : [`Note: the ${failure.role} could not go on: ${failure.reason}`]),
  ];
  return [task, ...why, ...gap, ...sections].join("\n\n");
}
