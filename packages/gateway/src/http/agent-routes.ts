import type { TaskId } from "@troupe/runtime/internal";
import type { FastifyInstance } from "fastify";
import { AgentChatBody, taskOfAgentChat } from "../agent/agent-chat.ts";
import { laterResult, RunBody, requireDoor, runOf, runResult } from "../agent/agent-run.ts";
import { finishedTask } from "../task/finished-task.ts";
import type { Caller } from "../task/task-api.ts";
import { bodyOf, taskIdOf } from "./request-values.ts";
import { submitTask } from "./submit-task.ts";
import { type RoutePorts, TASKS } from "./task-routes.ts";

/** Agents by the name of what they are: chat, status, and the run of one task. */
export function registerAgentRoutes(app: FastifyInstance, ports: RoutePorts): void {
  const { api, streams, callerOf } = ports;
  app.post("/api/v1/agents/chat", async (request, reply) => {
    const body = bodyOf(request, AgentChatBody, "the conversation");
    const role = requireDoor(api.deployed().system, body.agent_type, "agent_type");
    const { task_id } = await submitTask(ports, { request, reply }, role, taskOfAgentChat(body));
    return reply.code(202).header("location", `${TASKS}/${task_id}`).send({ task_id, status: "submitted" });
  });
  app.get("/api/v1/agents/status", () => api.actors());
  app.post("/agent/run", async (request, reply) => {
    const { role, task } = runOf(bodyOf(request, RunBody, "the request"), api.deployed().system);
    const { task_id } = await submitTask(ports, { request, reply }, role, task);
    return runResult(await streams.hold(reply.raw, (signal) => finishedTask(api, callerOf(request), task_id, signal)));
  });
  app.post("/agent/run/async", async (request, reply) => {
    const { role, task } = runOf(bodyOf(request, RunBody, "the request"), api.deployed().system);
    const { task_id } = await submitTask(ports, { request, reply }, role, task);
    return reply.code(202).header("location", `/agent/result/${task_id}`).send({ task_id, status: "queued" });
  });
  const result = async (caller: Caller, id: TaskId) =>
    laterResult(await api.withResult((await api.find(caller, id)).view));
  app.get("/agent/result/:id", (request) => result(callerOf(request), taskIdOf(request)));
}
