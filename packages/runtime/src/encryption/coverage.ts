/** Which bodies of a system are sealed, as its file says. Pure. */
import type { SystemManifest } from "../contracts/system.ts";
import { edgesOf } from "../graph/graph.ts";
import { edgeScope, ownScope, takenScope } from "./key-ring.ts";

/** Whether a role's own records, and everything that it sends and is sent, are sealed. */
export function isSealedRole({ encryption }: Pick<SystemManifest, "encryption">, role: string): boolean {
  if (encryption === undefined) return false;
  return encryption.roles === "all" || encryption.roles.includes(role);
}

/** Whether what goes between two neighbours is sealed: one of them says so. Timers and the supervisor hold no keys. */
export function isSealedEdge(manifest: Pick<SystemManifest, "encryption">, role: string, peer: string): boolean {
  if (peer === "timer" || peer === "supervisor") return false;
  return isSealedRole(manifest, role) || isSealedRole(manifest, peer);
}

/** The scopes that a role may read and write in: its own, one for each neighbour, and those of values that it takes out or is given back. */
export function scopesOf(manifest: Pick<SystemManifest, "graph" | "guardrails">, role: string): readonly string[] {
  const senders = Object.keys(manifest.graph).filter((from) => edgesOf(manifest, from).includes(role));
  const neighbours = new Set([...edgesOf(manifest, role), ...senders, "human"]);
  return [ownScope(role), ...[...neighbours].map((peer) => edgeScope(role, peer)), ...takenScopesOf(manifest, role)];
}

function takenScopesOf(
  { graph, guardrails }: Pick<SystemManifest, "graph" | "guardrails">,
  role: string,
): readonly string[] {
  if (guardrails?.reversible === undefined) return [];
  if (!guardrails.reversible.roles.includes(role)) return [takenScope(role)];
  const nodes = new Set<string>([...Object.keys(graph), ...Object.values(graph).flat()]);
  return [...nodes].filter((node) => node !== "client" && node !== "human").map(takenScope);
}
