import { z } from "zod";

/** The node's service that prompts agents on NATS for hosts, which may not. */
export const AGENT_PROMPT_SERVICE = "agent_prompt";

/** No prompt of another host has it. */
const PromptId = z.string().regex(/^[0-9a-f]{32}$/);

/** How long `next` may wait: well below what a host waits for its node. */
export const LONGEST_NEXT_MS = 20_000;

/**
 * `begin` sends a prompt, `next` waits for what is new in its answer, at most so long, `stop` hears no more of it. `tool` names the agent as the deployment
 * does; `taint` is what the hop says that its task carries.
 */
export const AgentPromptQuestion = z.discriminatedUnion("op", [
  z.strictObject({
    op: z.literal("begin"),
    tool: z.string().min(1).max(64),
    prompt: z.string().min(1).max(1_000_000),
    idempotencyKey: z.string().min(1).max(256),
    taint: z.array(z.string().max(64)).max(64),
  }),
  z.strictObject({ op: z.literal("next"), promptId: PromptId, waitMs: z.int().min(0).max(LONGEST_NEXT_MS) }),
  z.strictObject({ op: z.literal("stop"), promptId: PromptId }),
]);
export type AgentPromptQuestion = z.infer<typeof AgentPromptQuestion>;

/** How an answer ended: whole, with an error of the agent's, or nobody knows. */
const PromptEnd = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("answered") }),
  z.strictObject({ kind: z.literal("failed"), text: z.string() }),
  z.strictObject({ kind: z.literal("unknown"), text: z.string() }),
]);
export type PromptEnd = z.infer<typeof PromptEnd>;

/** What is new of an answer. */
export const AgentPromptAnswer = z.strictObject({
  promptId: PromptId,
  text: z.string(),
  end: PromptEnd.nullable(),
});
export type AgentPromptAnswer = z.infer<typeof AgentPromptAnswer>;
