import { type AuditWho, edgeName, messageOf, type RevokedEdge, TroupeError } from "@troupe/runtime/internal";
import type { DeployPorts } from "./deploy-ports.ts";
import { withoutEdge } from "./revoked-edges.ts";

/** Answer of `<sys>.supervisor.revoke_edge`. */
export interface RevokeAnswer {
  readonly edge: string;
  readonly versions: readonly string[];
  /**
   * Whether the server refuses the edge by now. `pending`: it could not be asked, and is asked again; `hosts_only`: nobody administers its
   * accounts, so that our own code alone keeps to it; `gateways`: the edge is a door, which gateways close.
   */
  readonly server: "refuses" | "pending" | "hosts_only" | "gateways";
}

const ATTEMPTS = 5;

/**
 * Cuts an edge in every version that runs: first in the desired state, which hosts keep to at once, then in the accounts of its role, so
 * that the server refuses it. Doing it twice changes nothing. Throws `invalid_request` for what is no edge, `no_system`.
 */
export async function revokeEdge(ports: DeployPorts, edge: RevokedEdge, who: AuditWho): Promise<RevokeAnswer> {
  const { store, audit, requireLeading } = ports;
  for (let attempt = 1; ; attempt++) {
    const { desired, revision, deployments } = await store.refresh();
    if (!desired) throw new TroupeError("no_system", "no system is deployed yet");
    const next = withoutEdge(desired, deployments, edge);
    await audit.store({ event: "edge_revoked", who, edge, outcome: "begun" });
    try {
      requireLeading();
      await store.replace(next, revision);
      break;
    } catch (error) {
      if (!TroupeError.is(error, "conflict") || attempt === ATTEMPTS) throw error;
    }
  }
  const { desired, deployments } = await store.refresh();
  const server = await tellServer(ports, desired?.revoked ?? []);
  await audit.store({ event: "edge_revoked", who, edge, outcome: "done" });
  const versions = [...deployments.keys()];
  return { edge: edgeName(edge), versions, server: edge.from === "client" ? "gateways" : server };
}

/** Brings the accounts of every version that runs to these cut edges. Never throws: whoever leads makes up for it. */
export async function tellServer(
  { store, identities, logger }: DeployPorts,
  revoked: readonly RevokedEdge[],
): Promise<RevokeAnswer["server"]> {
  try {
    if (!(await identities.known())) return "hosts_only";
    for (const deployment of store.view.deployments.values()) await identities.issue(deployment, revoked);
    return "refuses";
  } catch (error) {
    // It is desired: whoever leads brings the accounts to it.
    logger.warn({ reason: messageOf(error) }, "the server could not be told of revoked edges yet");
    return "pending";
  }
}
