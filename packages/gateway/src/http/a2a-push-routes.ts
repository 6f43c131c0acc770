import { TaskPushNotificationConfig } from "@a2a-js/sdk";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { RoleAgent } from "../a2a/role-agent.ts";
import { A2A_TYPE, PushConfigBody } from "./a2a-operations.ts";
import { bodyOf, pathConfigOf, pathIdOf } from "./request-values.ts";

const CONFIGS = "/a2a/:role/tasks/:id/pushNotificationConfigs";

const toJson = (config: TaskPushNotificationConfig) => TaskPushNotificationConfig.toJSON(config);
const refOf = (request: FastifyRequest) => ({ taskId: pathIdOf(request), id: pathConfigOf(request) });

/** Where a task's updates are sent. `agentOf` makes the agent that a request is for. */
export function registerPushRoutes(app: FastifyInstance, agentOf: (request: FastifyRequest) => RoleAgent): void {
  app.post(CONFIGS, async (request, reply) => {
    const asked = TaskPushNotificationConfig.fromJSON(bodyOf(request, PushConfigBody, "the configuration"));
    const made = await agentOf(request).createTaskPushNotificationConfig({ ...asked, taskId: pathIdOf(request) });
    return reply
      .code(201)
      .type(A2A_TYPE)
      .send(JSON.stringify(toJson(made)));
  });
  app.get(CONFIGS, async (request, reply) => {
    const { configs } = await agentOf(request).listTaskPushNotificationConfigs(refOf(request));
    return reply.type(A2A_TYPE).send(JSON.stringify({ configs: configs.map(toJson), nextPageToken: "" }));
  });
  app.get(`${CONFIGS}/:config`, async (request, reply) => {
    const config = await agentOf(request).getTaskPushNotificationConfig(refOf(request));
    return reply.type(A2A_TYPE).send(JSON.stringify(toJson(config)));
  });
  app.delete(`${CONFIGS}/:config`, async (request, reply) => {
    await agentOf(request).deleteTaskPushNotificationConfig(refOf(request));
    return reply.code(204).send();
  });
}
