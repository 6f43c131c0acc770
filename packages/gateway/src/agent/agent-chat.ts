import { TaskRequest } from "@troupe/runtime/internal";
import { z } from "zod";
import { inputOfTurns, Messages, turnsOf } from "../openai/messages.ts";
import { taskRequestOf } from "../openai/request-parameters.ts";

export const AgentChatBody = z
  .strictObject({
    messages: Messages,
    agent_type: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .meta({ description: "The role that gets the conversation. Absent: the system's first door." }),
    session: z.string().min(1).max(256).optional(),
    metadata: TaskRequest.shape.metadata,
  })
  .meta({ description: "A conversation for an agent." });
export type AgentChatBody = z.infer<typeof AgentChatBody>;

/** The task of a conversation. Pure. */
export const taskOfAgentChat = ({ messages, session, metadata }: AgentChatBody): TaskRequest =>
  taskRequestOf(inputOfTurns(turnsOf(messages), "messages"), { session, metadata });
