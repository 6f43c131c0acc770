/**
 * What agents send one another: the client's input as it came, and what each role has contributed so far. Any other message body is
 * taken as the input of a conversation that begins here, so an agent can stand behind a door or behind an actor as well.
 */
import type { Json } from "@troupe/runtime";
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
  /** What went wrong before, when the task comes from a failed hop. */
  readonly error?: { readonly code: string; readonly message: string } | undefined;
}

const ConversationBody = z.object({
  input: z.json(),
  history: z
    .array(z.object({ role: z.string(), content: z.json(), reason: z.string().optional() }))
    .max(10_000)
    .optional(),
  note: z.string().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});

/** Turns that a prompt holds at most. */
export const MAX_TURNS = 10;
/** Turns that travel on; older ones stay in the task's log. */
const MAX_CARRIED = 50;

/** Reads a message body. A failed hop's own input may be a conversation: then that one goes on, with the error. */
export function readConversation(message: Json): Conversation {
  const parsed = ConversationBody.safeParse(message);
  if (!parsed.success) return { input: message, history: [] };
  const { input, history = [], note, error } = parsed.data;
  const inner = error === undefined ? undefined : ConversationBody.safeParse(input);
  if (inner?.success === true) return { input: inner.data.input, history: inner.data.history ?? [], error };
  return { input, history, note, error };
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
  const { input, history, note, error } = conversation;
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
    ...(error === undefined ? [] : [`Note: the work so far failed with ${error.code}: ${error.message}`]),
  ];
  return [task, ...why, ...gap, ...sections].join("\n\n");
}
