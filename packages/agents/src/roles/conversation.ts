/**
 * What agents send one another: the client's input as it came, and what each role has contributed so far. Any other message body is
 * taken as the input of a conversation that begins here, so an agent can stand behind a door or behind an actor as well.
 */
import type { Json } from "@troupe/runtime";
import { EscalationBody } from "@troupe/runtime/internal";
import { z } from "zod";

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

/** Turns that a prompt holds at most, unless the role says otherwise. */
export const MAX_TURNS = 10;
/** Turns that travel on; older ones stay in the task's log. */
export const MAX_CARRIED = 50;

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

/** The part of a prompt that is never cut: the task, and why the sender handed on. */
export function taskSection({ input, note, failure }: Conversation): string {
  const why = [
    ...(note === undefined ? [] : [`Note: ${note}`]),
    ...(failure === undefined ? [] : [`Note: the ${failure.role} could not go on: ${failure.reason}`]),
  ];
  return [`Task:\n${textOfJson(input)}`, ...why].join("\n\n");
}

/** Every turn as a `## <role>` section, oldest first. */
export function turnSections({ history }: Conversation): readonly string[] {
  return history.map(
    ({ role, content, reason }) => `## ${role}\n${textOfJson(content)}${reason === undefined ? "" : `\n(${reason})`}`,
  );
}

/** The conversation as one prompt: the task, then the newest `kept` turns; of the others their number, and their summary if there is one. */
export function renderConversation(conversation: Conversation, kept = MAX_TURNS, summary?: string): string {
  const sections = turnSections(conversation);
  const shown = kept === 0 ? [] : sections.slice(-kept);
  const cut = sections.length - shown.length;
  const gap = cut === 0 ? [] : [`[${cut} earlier ${cut === 1 ? "turn is" : "turns are"} left out]`];
  const told = summary === undefined ? [] : [`What they said, in short:\n${summary}`];
  return [taskSection(conversation), ...gap, ...told, ...shown].join("\n\n");
}
