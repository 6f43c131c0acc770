/**
 * Chat messages as a task's input. One message of a user is the input itself, so that any role can take it. Anything more becomes what
 * agents hand one another: `{input, history}`, with the last message of the user as input and the rest as turns, oldest first;
 * instructions (`system`, `developer`) come last, where a prompt that runs short of room keeps them. Pure.
 */
import { type TaskRequest, TroupeError } from "@troupe/runtime/internal";
import { z } from "zod";

type Input = TaskRequest["input"];

/** One turn of a conversation, as agents read it. */
export interface Turn {
  readonly role: string;
  readonly content: Input;
}

const TextPart = z.looseObject(
  {
    type: z.enum(["text", "input_text", "output_text"], "only text is possible: roles take no images, sounds or files"),
    text: z.string(),
  },
  "a part of type text",
);
const Content = z.union([z.string(), z.array(TextPart).max(10_000)], {
  error: "text, or a list of text parts: roles take no images, sounds or files",
});

/** A message with what roles understand of it: who said it and the text. */
export const Message = z.looseObject({
  role: z.enum(["system", "developer", "user", "assistant", "tool", "function"]),
  /** An assistant's message may be nothing but tool calls: it has no text then. */
  content: Content.nullish(),
});
export type Message = z.infer<typeof Message>;

const SOME_TEXT = { type: "string", minLength: 1 };
/** A user's message with text, as a document has it. */
const QUESTION = {
  type: "object",
  required: ["role", "content"],
  properties: {
    role: { const: "user" },
    content: {
      anyOf: [
        SOME_TEXT,
        { type: "array", contains: { type: "object", required: ["text"], properties: { text: SOME_TEXT } } },
      ],
    },
  },
};

/** What a document says of a conversation beyond its messages: somebody asks something, in text. */
export const Messages = z.array(Message).min(1).max(2_000).meta({ contains: QUESTION });

/** The same where a list holds other items than messages. */
export const QUESTION_ITEM = {
  ...QUESTION,
  properties: { ...QUESTION.properties, type: { const: "message" } },
};

export const textOfMessage = ({ content }: Pick<Message, "content">): string =>
  typeof content === "string" ? content : (content ?? []).map(({ text }) => text).join("");

const isInstruction = ({ role }: Turn): boolean => role === "system" || role === "developer" || role === INSTRUCTIONS;

/** The turn that holds the `instructions` of one request; a continuation does not take it over. */
export const INSTRUCTIONS = "instructions";

/** Turns of messages; those without text (tool calls) are none. */
export const turnsOf = (messages: readonly Message[]): readonly Turn[] =>
  messages.map((message) => ({ role: message.role, content: textOfMessage(message) })).filter(({ content }) => content);

/** The input of a task from a conversation. Throws `invalid_request` under `path` when nobody asked anything. */
export function inputOfTurns(turns: readonly Turn[], path: string): Input {
  const asked = turns.findLastIndex(({ role }) => role === "user");
  const question = turns[asked];
  if (!question) {
    const reason = "must hold a message of the user with text";
    throw new TroupeError("invalid_request", `${path} ${reason}`, { details: { problems: [{ path, reason }] } });
  }
  const rest = turns.filter((_, index) => index !== asked);
  if (rest.length === 0) return question.content;
  const history = [...rest.filter((turn) => !isInstruction(turn)), ...rest.filter(isInstruction)];
  return { input: question.content, history: history.map(({ role, content }) => ({ role, content })) };
}

const Conversation = z.strictObject({
  input: z.json(),
  history: z.array(z.strictObject({ role: z.string(), content: z.json() })),
});

/** The turns that {@link inputOfTurns} made an input of, without the instructions of that one request. */
export function turnsOfInput(input: Input): readonly Turn[] {
  const parsed = Conversation.safeParse(input);
  if (!parsed.success) return [{ role: "user", content: input }];
  const { history, input: question } = parsed.data;
  return [...history.filter(({ role }) => role !== INSTRUCTIONS), { role: "user", content: question }];
}
