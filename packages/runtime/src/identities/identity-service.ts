import { IssueIdentities, RevokeIdentities } from "../contracts/identities.ts";
import type { Subjects } from "../contracts/subjects.ts";
import type { Link } from "../nats/connection.ts";
import { type Service, serve } from "../nats/service.ts";
import type { ServiceRequest } from "../nats/service-request.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { RoleIdentities } from "./role-identities.ts";

/** Answers `<sys>.identities.{issue,revoke,list}`. Only users of CORE reach it: no other account imports these subjects. */
export function serveIdentities(link: Link, subjects: Subjects, identities: RoleIdentities, logger: Logger): Service {
  const respond = (request: ServiceRequest) => request.respond({ v: 1, versions: identities.versions });
  return serve(link, {
    name: "identities",
    version: "1.0.0",
    description: "NATS accounts and keys of the roles of each version",
    logger,
    endpoints: {
      issue: {
        subject: subjects.identities("issue"),
        handle: async (request) => {
          const { version, manifest } = request.json(IssueIdentities);
          await identities.issue(version, manifest);
          respond(request);
        },
      },
      revoke: {
        subject: subjects.identities("revoke"),
        handle: async (request) => {
          await identities.revoke(request.json(RevokeIdentities).version);
          respond(request);
        },
      },
      list: { subject: subjects.identities("list"), handle: respond },
    },
  });
}
