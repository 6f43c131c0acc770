/** Edges that an operator has cut in every version that runs, until a deployment says that they are back. Pure. */
import { type Deployment, type Desired, edgeName, type RevokedEdge, TroupeError } from "@troupe/runtime/internal";

const isSame = (a: RevokedEdge, b: RevokedEdge): boolean => a.from === b.from && a.to === b.to;

/** Every edge of the versions that run, each once. */
export function edgesOf(deployments: Iterable<Pick<Deployment, "manifest">>): readonly RevokedEdge[] {
  const edges = new Map<string, RevokedEdge>();
  for (const { manifest } of deployments)
    for (const [from, targets] of Object.entries(manifest.graph))
      for (const to of targets) edges.set(edgeName({ from, to }), { from, to });
  return [...edges.values()];
}

/**
 * The desired state without an edge. Doing it twice gives the same state. Throws `invalid_request` with the edges that there are when no
 * version has it, or for an edge to `human`: who answers a person's question is nobody's edge.
 */
export function withoutEdge(
  desired: Desired,
  deployments: ReadonlyMap<string, Pick<Deployment, "manifest">>,
  edge: RevokedEdge,
): Desired {
  const edges = edgesOf(deployments.values()).filter(({ to }) => to !== "human");
  if (!edges.some((known) => isSame(known, edge))) {
    const names = edges.map(edgeName);
    throw new TroupeError(
      "invalid_request",
      `no version that runs has the edge ${edgeName(edge)}; there are ${names.join(", ")}`,
      {
        details: { edges: names },
      },
    );
  }
  const others = (desired.revoked ?? []).filter((known) => !isSame(known, edge));
  return { ...desired, revoked: [...others, edge] };
}

/** What is still cut once a deployment has restored some, and which of those were cut. */
export function withRestored(
  revoked: readonly RevokedEdge[] = [],
  restored: readonly RevokedEdge[] = [],
): { readonly revoked: readonly RevokedEdge[]; readonly restored: readonly RevokedEdge[] } {
  const isRestored = (edge: RevokedEdge) => restored.some((back) => isSame(back, edge));
  return { revoked: revoked.filter((edge) => !isRestored(edge)), restored: revoked.filter(isRestored) };
}
