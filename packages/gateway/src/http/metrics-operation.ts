import { z } from "zod";
import type { Operation } from "./operation.ts";

/** What Prometheus scrapes, as an operation of the HTTP interface. */
export const METRICS_OPERATION: Operation = {
  id: "readMetrics",
  method: "GET",
  path: "/metrics",
  permission: "metrics:read",
  summary: "Figures of this gateway and of the cluster, in Prometheus' text format.",
  success: { status: 200, description: "All figures.", schema: z.string(), type: "text/plain" },
  errors: [],
};
