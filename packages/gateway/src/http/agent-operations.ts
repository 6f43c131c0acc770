/** The agent routes as operations. */
import { z } from "zod";
import { AgentChatBody } from "../agent/agent-chat.ts";
import { LaterResponse, RunBody, RunResponse } from "../agent/agent-run.ts";
import { KEY_HEADER, type Operation, SUBMIT_ERRORS, TASK_ERRORS } from "./operation.ts";

const TASK = "0-v1-01jd3m8q5x7c9v2k4n6p8r0t2w";
const submitted = (status: "submitted" | "queued") => z.object({ task_id: z.string(), status: z.literal(status) });

const ActorsResponse = z.object({
  actors: z.array(z.record(z.string(), z.unknown())).meta({
    description: "Each replica of each role: id, node, state, messages in flight, done and failed, mean time.",
  }),
});

export const AGENT_OPERATIONS: readonly Operation[] = [
  {
    id: "chatWithAgent",
    method: "POST",
    path: "/api/v1/agents/chat",
    permission: "agent:chat",
    summary: "Give an agent a conversation. It is stored when the answer comes.",
    body: AgentChatBody,
    example: { agent_type: "router", messages: [{ role: "user", content: "Compare three databases" }] },
    headers: KEY_HEADER,
    success: {
      status: 202,
      description: "Submitted; Location names the task.",
      schema: submitted("submitted"),
      example: { task_id: TASK, status: "submitted" },
      leadsTo: { getTask: "/task_id" },
    },
    errors: SUBMIT_ERRORS,
  },
  {
    id: "getAgentStatus",
    method: "GET",
    path: "/api/v1/agents/status",
    permission: "admin",
    summary: "Every actor as the supervisor sees it.",
    success: { status: 200, description: "All replicas of all roles.", schema: ActorsResponse },
    errors: ["unavailable"],
  },
  {
    id: "runAgent",
    method: "POST",
    path: "/agent/run",
    permission: "agent:chat",
    summary: "Run a task and wait for its end. A caller who goes away leaves it running.",
    body: RunBody,
    example: { task: "Compare three databases" },
    headers: KEY_HEADER,
    success: { status: 200, description: "It has ended; `success` says how.", schema: RunResponse },
    errors: SUBMIT_ERRORS,
  },
  {
    id: "runAgentLater",
    method: "POST",
    path: "/agent/run/async",
    permission: "agent:chat",
    summary: "Run a task; Location says where its result will be.",
    body: RunBody,
    example: { task: "Compare three databases" },
    headers: KEY_HEADER,
    success: {
      status: 202,
      description: "Queued.",
      schema: submitted("queued"),
      example: { task_id: TASK, status: "queued" },
      leadsTo: { getAgentResult: "/task_id" },
    },
    errors: SUBMIT_ERRORS,
  },
  {
    id: "getAgentResult",
    method: "GET",
    path: "/agent/result/{id}",
    permission: "agent:chat",
    summary: "The result of a run, once it has ended.",
    success: { status: 200, description: "`processing`, or `completed` with the result.", schema: LaterResponse },
    errors: [...TASK_ERRORS, "malformed_record"],
  },
];
