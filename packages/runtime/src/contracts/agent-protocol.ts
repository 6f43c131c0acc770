/**
 * The Agent Protocol for NATS, version 0.3 (https://github.com/synadia-ai/synadia-agents): its names and messages, which may still move.
 *
 *     agents.prompt.<agent>.<owner>.<name>   a question; answered by a stream of chunks that ends with an empty message
 *     agents.status.<agent>.<owner>.<name>   answered with a heartbeat
 *     agents.hb.<agent>.<owner>.<name>       heartbeats
 *
 * A role of ours is the agent `troupe` of the owner `<sys>`, with its role as the name. What a prompt asks back is answered on
 * `agents.answer.troupe.<sys>.<token>`: the protocol leaves that subject to whoever asks.
 */
import { z } from "zod";

export const AGENT_PROTOCOL_VERSION = "0.3";
/** Name of the micro service, and queue group of its endpoints. */
export const AGENT_SERVICE = "agents";
/** The kind of agent that roles are. */
export const ROLE_AGENT = "troupe";

export type AgentVerb = "prompt" | "status" | "hb" | "answer";

/** A subject of a role as an agent; `*` for all roles of the system. */
export const roleAgentSubject = (verb: AgentVerb, system: string, name: string): string =>
  `agents.${verb}.${ROLE_AGENT}.${system}.${name}`;

/** Where an agent takes prompts. The subject is what discovery tells of it. */
export const PromptSubject = z
  .string()
  .max(256)
  .regex(
    /^agents\.prompt(\.(?!\$)[^\s.*>\0]{1,63}){3}$/,
    "agents.prompt.<agent>.<owner>.<name>, as discovery tells it",
  );
/** All of them. */
export const PROMPT_SUBJECTS = "agents.prompt.*.*.*";
/** What callers listen to before they look for agents. */
export const HEARTBEAT_SUBJECTS = "agents.hb.*.*.*";

/** A prompt in JSON; a text that does not begin with a brace is one as well. `session` is ours: the conversation. */
export const AgentPrompt = z.looseObject({
  prompt: z.string().min(1),
  attachments: z.array(z.unknown()).optional(),
  session: z.string().min(1).max(256).optional(),
});
export type AgentPrompt = z.infer<typeof AgentPrompt>;

const Attachments = z.array(z.looseObject({ filename: z.string(), content: z.string() })).optional();
const Response = z.union([z.string(), z.looseObject({ text: z.string(), attachments: Attachments })]);

/** One message of an answer. Others are to be passed over. */
export const AgentChunk = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("status"), data: z.string() }),
  z.looseObject({ type: z.literal("response"), data: Response }),
  z.looseObject({
    type: z.literal("query"),
    data: z.looseObject({ id: z.string(), reply_subject: z.string(), prompt: z.string() }),
  }),
]);
export type AgentChunk = z.infer<typeof AgentChunk>;

/** What an agent tells of itself. Times by RFC 3339, the interval in seconds. */
export interface AgentHeartbeat {
  readonly agent: string;
  readonly owner: string;
  readonly instance_id: string;
  readonly ts: string;
  readonly interval_s: number;
}
