import type { FastifyInstance, FastifyReply } from "fastify";
import type { HealthPart, HealthProbe } from "../task/task-api.ts";

/** Probes: `/livez` for the process, `/readyz` for traffic, `/health` for people. */
export function registerHealthRoutes(app: FastifyInstance, probe: HealthProbe): void {
  app.get("/livez", (_request, reply) => answer(reply, []));
  app.get("/readyz", (_request, reply) => answer(reply, probe.readiness()));
  app.get("/health", async (_request, reply) => answer(reply, await probe.parts()));
}

function answer(reply: FastifyReply, parts: readonly HealthPart[]): FastifyReply {
  const down = parts.filter((part) => !part.isUp);
  const isCritical = down.some((part) => part.isRequired);
  const status = isCritical ? "critical" : down.length > 0 ? "degraded" : "healthy";
  return reply
    .code(isCritical ? 503 : 200)
    .header("cache-control", "no-store")
    .send({
      status,
      parts: parts.map(({ name, isUp, isRequired, text }) => ({ name, up: isUp, required: isRequired, text })),
    });
}
