/** `<sys>.approvals.{list,show,decide}`: approvals over NATS. Only CORE imports them; whoever may decide is told by the server. */
import {
  ApprovalListRequest,
  ApprovalRef,
  type ApprovalVerb,
  DecideRequest,
  type Link,
  type Logger,
  type Service,
  type ServiceRequest,
  type Subjects,
  serve,
} from "@troupe/runtime/internal";
import type { ApprovalApi } from "./approval-api.ts";
import { type NatsApprovers, natsApprover } from "./approver.ts";

export interface ApprovalServicesOptions {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly api: ApprovalApi;
  readonly approvers: NatsApprovers;
  readonly version: string;
  readonly logger: Logger;
}

/** A request names an approval and says little else. */
const MAX_BYTES = 8_192;

export function startApprovalServices(options: ApprovalServicesOptions): Service {
  const { link, subjects, api, approvers, version, logger } = options;
  const endpoint = (verb: ApprovalVerb, answer: (request: ServiceRequest) => Promise<unknown>) => ({
    subject: subjects.approvalVerb(verb),
    maxBytes: MAX_BYTES,
    handle: async (request: ServiceRequest) => request.respond(await answer(request)),
  });
  return serve(link, {
    name: "approvals",
    version,
    description: `Approvals of the system ${subjects.system}: what waits for people, and their decisions`,
    logger,
    endpoints: {
      list: endpoint("list", (request) => {
        const { caller } = natsApprover(request.headers, approvers);
        return api.list(caller, request.json(ApprovalListRequest));
      }),
      show: endpoint("show", (request) => {
        const { caller } = natsApprover(request.headers, approvers);
        return api.show(caller, request.json(ApprovalRef).approval_id);
      }),
      decide: endpoint("decide", (request) => {
        const { approval_id: id, ...decision } = request.json(DecideRequest);
        return api.decide(natsApprover(request.headers, approvers), id, decision);
      }),
    },
  });
}
