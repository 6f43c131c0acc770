import type { FastifyInstance } from "fastify";
import type { SupervisorApi } from "../cluster/supervisor-api.ts";
import { queryOf } from "./request-values.ts";
import type { RoutePorts } from "./task-routes.ts";
import { UsageQuery } from "./usage-operation.ts";

export interface UsageRoutePorts extends Pick<RoutePorts, "callerOf"> {
  readonly supervisor: Pick<SupervisorApi, "usage" | "slo">;
}

/** Usage and objectives over HTTP: of usage a tenant sees its own, objectives are the whole system's. */
export function registerUsageRoutes(app: FastifyInstance, { supervisor, callerOf }: UsageRoutePorts): void {
  app.get("/api/v1/usage", (request) => {
    const { by = ["day", "model"], from, to } = queryOf(request, UsageQuery);
    const { tenant, isWalled } = callerOf(request);
    return supervisor.usage({ by, ...(from && { from }), ...(to && { to }), ...(isWalled && { tenant }) });
  });
  app.get("/api/v1/slo", () => supervisor.slo());
}
