import {
  AskCredentials,
  IssueIdentities,
  RetireIdentities,
  RevokeIdentities,
  RotateKeys,
  VoidCredentials,
} from "../contracts/identities.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { TroupeError } from "../errors.ts";
import type { Link } from "../nats/connection.ts";
import { type Endpoint, type Service, serve } from "../nats/service.ts";
import type { ServiceRequest } from "../nats/service-request.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { IdentityAdministrator } from "./administrator.ts";
import type { Issuer } from "./issuer.ts";

export interface IdentityServiceOptions {
  readonly subjects: Subjects;
  readonly administrator: IdentityAdministrator;
  /** Gives nodes credentials one by one; absent = their roles' keys are in a folder. */
  readonly issuer?: Pick<Issuer, "credentialsFor" | "makeVoid">;
  /** Makes new keys, where keys are in files of the server's own. */
  readonly rotate?: (whose: RotateKeys["whose"]) => Promise<void>;
  readonly logger: Logger;
}

/**
 * Answers `<sys>.identities.{issue,revoke,retire,void,rotate,list}`, which only users of CORE reach, and `<sys>.credentials.<node>`, which only that
 * node reaches: no other account, and no other node's permissions, have these subjects.
 */
export function serveIdentities(link: Link, options: IdentityServiceOptions): Service {
  const { subjects, administrator, issuer, rotate, logger } = options;
  const respond = (request: ServiceRequest) =>
    request.respond({
      v: 1,
      versions: administrator.versions,
      nodes: administrator.nodes,
      revoked: administrator.revoked,
    });
  const endpoint = (
    verb: "issue" | "revoke" | "retire" | "void" | "rotate" | "list",
    act: (request: ServiceRequest) => Promise<void>,
  ): Endpoint => ({
    subject: subjects.identities(verb),
    handle: async (request) => {
      await act(request);
      respond(request);
    },
  });
  return serve(link, {
    name: "identities",
    version: "1.0.0",
    description: "NATS accounts and keys of the roles of each version",
    logger,
    endpoints: {
      issue: endpoint("issue", (request) => {
        const { version, manifest, revoked = [] } = request.json(IssueIdentities);
        return administrator.issue(version, manifest, revoked);
      }),
      revoke: endpoint("revoke", (request) => administrator.revoke(request.json(RevokeIdentities).version)),
      retire: endpoint("retire", (request) => {
        const { node, isRemoved } = request.json(RetireIdentities);
        return administrator.retire(node, isRemoved);
      }),
      list: endpoint("list", async () => undefined),
      ...(issuer && {
        void: endpoint("void", (request) => issuer.makeVoid(request.json(VoidCredentials))),
        credentials: credentialsEndpoint(subjects, issuer),
      }),
      ...(rotate && { rotate: endpoint("rotate", (request) => rotate(request.json(RotateKeys).whose)) }),
    },
  });
}

const credentialsEndpoint = (subjects: Subjects, issuer: Pick<Issuer, "credentialsFor">): Endpoint => ({
  subject: subjects.credentials("*"),
  handle: async (request) => {
    // The server let nobody but this node publish here; a name in the body would be a claim.
    const node = subjects.parseCredentials(request.subject);
    if (node === undefined) throw new TroupeError("invalid_id", "not the name of a node");
    request.respond(await issuer.credentialsFor(node, request.json(AskCredentials)));
  },
});
