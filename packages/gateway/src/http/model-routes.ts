import type { FastifyInstance } from "fastify";
import { modelList, requireModel } from "../openai/model-list.ts";
import { pathIdOf } from "./request-values.ts";
import type { RoutePorts } from "./task-routes.ts";

/** OpenAI's models: the doors of the deployed system. */
export function registerModelRoutes(app: FastifyInstance, { api }: RoutePorts): void {
  app.get("/v1/models", () => modelList(api.deployed()));
  app.get("/v1/models/:id", (request) => requireModel(api.deployed(), pathIdOf(request), "model"));
}
