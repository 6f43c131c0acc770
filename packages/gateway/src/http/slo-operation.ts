import { SloReport } from "@troupe/runtime/internal";
import type { Operation } from "./operation.ts";

export const SLO_OPERATION: Operation = {
  id: "readObjectives",
  method: "GET",
  path: "/api/v1/slo",
  permission: "metrics:read",
  summary: "How the service level objectives of the system are kept: value, remaining error budget, burn rates.",
  success: { status: 200, description: "Every objective that is not switched off.", schema: SloReport },
  errors: ["unavailable"],
};
