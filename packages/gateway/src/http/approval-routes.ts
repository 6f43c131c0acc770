import { ApprovalListRequest, DecideBody } from "@troupe/runtime/internal";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ApprovalApi } from "../approvals/approval-api.ts";
import { httpApprover } from "../approvals/approver.ts";
import type { Principal } from "../auth/principal.ts";
import { ApprovalListQuery } from "./approval-operations.ts";
import { bodyOf, pathIdOf, queryOf, requireJson } from "./request-values.ts";
import type { RoutePorts } from "./task-routes.ts";

export interface ApprovalRoutePorts extends Pick<RoutePorts, "callerOf"> {
  readonly approvals: ApprovalApi;
  readonly principalOf: (request: FastifyRequest) => Principal;
}

const APPROVALS = "/api/v1/approvals";

/** Approvals over HTTP; who may come here at all is decided before. */
export function registerApprovalRoutes(app: FastifyInstance, ports: ApprovalRoutePorts): void {
  const { approvals, callerOf, principalOf } = ports;
  app.get(APPROVALS, (request) =>
    approvals.list(callerOf(request), ApprovalListRequest.parse(queryOf(request, ApprovalListQuery))),
  );
  app.get(`${APPROVALS}/:id`, (request) => approvals.show(callerOf(request), pathIdOf(request)));
  app.post(`${APPROVALS}/:id/decision`, (request) => {
    requireJson(request, "a decision");
    const decision = bodyOf(request, DecideBody, "the decision");
    return approvals.decide(httpApprover(principalOf(request), callerOf(request)), pathIdOf(request), decision);
  });
}
