/** Edges that an operator has revoked while hops run: what a hop commits over one is parked, never sent (ADR 0017). */
import { roleOfMailbox } from "../contracts/names.ts";
import type { Execution } from "./execution.ts";
import { type Park, park } from "./signals.ts";

/** Why a hop cannot go on over an edge. */
export const edgeRevoked = (role: string, to: string): Park =>
  park("edge_revoked", `the edge from ${role} to ${to} was revoked`, { from: role, to });

/** Throws `Park` `edge_revoked` when the role may not write to this mailbox, or to `client`, any more. */
export function refuseCutEdge({ ports, role }: Execution, mailbox: string): void {
  const to = roleOfMailbox(mailbox);
  if (ports.isRevoked?.(to)) throw edgeRevoked(role.role, to);
}
