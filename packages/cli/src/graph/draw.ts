import type { RevokedEdge, SystemManifest } from "@troupe/runtime/internal";
import type { Paint } from "../terminal.ts";

/** The graph for a terminal: each node once, in the order in which a task first reaches it, with its edges; `↺` marks a way back, `✂` one that was cut. */
export function drawGraph(
  manifest: SystemManifest,
  paint: Paint,
  revoked: readonly RevokedEdge[] = [],
): readonly string[] {
  const isCut = (from: string, to: string) => revoked.some((edge) => edge.from === from && edge.to === to);
  const order = reachOrder(manifest);
  const rank = new Map(order.map((name, index) => [name, index]));
  const lines = [`${paint("bold", manifest.name)}: ${Object.keys(manifest.roles).length} roles`];
  for (const from of order) {
    const edges = edgesOf(manifest, from);
    if (edges.length === 0) continue;
    lines.push(`  ${nodeText(manifest, from, paint)}`);
    edges.forEach((to, index) => {
      const isBack = to !== "client" && to !== "human" && (rank.get(to) ?? 0) <= (rank.get(from) ?? 0);
      const branch = index === edges.length - 1 ? "└" : "├";
      const arrow = isCut(from, to) ? `${branch}─✂ ${to}${paint("red", " revoked")}` : `${branch}─▶ ${to}`;
      lines.push(`    ${arrow}${isBack ? paint("dim", " ↺") : ""}`);
    });
  }
  return lines;
}

// A prefix, since Mermaid has words of its own that are fine as role names.
const id = (name: string): string => (name === "human" ? name : `r_${name.replaceAll("-", "_")}`);

/** The graph as a Mermaid flowchart. */
export function mermaidGraph(manifest: SystemManifest): string {
  const lines = ["flowchart TD", "  client_in([client])", "  client_out([client])"];
  for (const role of Object.keys(manifest.roles)) lines.push(`  ${id(role)}["${role}"]`);
  const isHumanUsed = Object.values(manifest.graph).some((targets) => targets.includes("human"));
  if (isHumanUsed) lines.push("  human([human])");
  for (const from of Object.keys(manifest.graph)) {
    for (const to of edgesOf(manifest, from)) {
      lines.push(`  ${from === "client" ? "client_in" : id(from)} --> ${to === "client" ? "client_out" : id(to)}`);
    }
  }
  return lines.join("\n");
}

/** Breadth first from `client`; roles that nobody reaches come last. */
function reachOrder(manifest: SystemManifest): readonly string[] {
  const order = ["client"];
  for (const from of order) {
    for (const to of edgesOf(manifest, from)) if (!order.includes(to) && to in manifest.roles) order.push(to);
  }
  return [...order, ...Object.keys(manifest.roles).filter((role) => !order.includes(role))];
}

const edgesOf = (manifest: SystemManifest, from: string): readonly string[] =>
  (manifest.graph as Readonly<Record<string, readonly string[]>>)[from] ?? [];

function nodeText(manifest: SystemManifest, name: string, paint: Paint): string {
  const role = manifest.roles[name];
  if (!role) return paint("bold", name);
  const replicas = role.replicas === 1 ? "" : ` ×${role.replicas}`;
  return `${paint("cyan", name)}${paint("dim", ` ${role.kind}${replicas}`)}`;
}
