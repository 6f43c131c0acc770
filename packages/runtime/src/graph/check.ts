import { formatPath, type Problem } from "../contracts/problem.ts";
import type { Supervision } from "../contracts/supervision.ts";
import type { Encryption, PlacementRules } from "../contracts/system.ts";
import type { ToolManifest } from "../contracts/tool.ts";
import { edgesOf, escalationRole, type GraphSource, reachedFromClient, reachingClient } from "./graph.ts";

/** What the checks look at: the graph, and of each role what it says of edges and variants. */
export interface CheckedSource extends GraphSource {
  readonly supervision?: Supervision | undefined;
  readonly encryption?: Encryption | undefined;
  readonly roles: Readonly<
    Record<
      string,
      {
        readonly calls?: readonly string[] | undefined;
        readonly variants?: Readonly<Record<string, readonly string[]>> | undefined;
        readonly placement?: PlacementRules | undefined;
        readonly approvals?: Readonly<Record<string, unknown>> | undefined;
        readonly tools?: readonly Pick<ToolManifest, "name" | "approval">[] | undefined;
      }
    >
  >;
}

/** Everything that is wrong with a graph, all at once; empty when nothing is. */
export function checkGraph(source: CheckedSource): readonly Problem[] {
  return [
    ...edgeProblems(source),
    ...doorProblems(source),
    ...reachProblems(source),
    ...callProblems(source),
    ...variantProblems(source),
    ...placementProblems(source),
    ...supervisionProblems(source),
    ...escalationProblems(source),
    ...approvalProblems(source),
    ...encryptionProblems(source),
  ];
}

const problem = (path: readonly PropertyKey[], value: unknown, reason: string): Problem => ({
  path: formatPath(path),
  value,
  reason,
});

const declared = (source: CheckedSource): string => Object.keys(source.roles).join(", ") || "none";

function edgeProblems(source: CheckedSource): Problem[] {
  const found: Problem[] = [];
  for (const [from, targets] of Object.entries(source.graph)) {
    if (from !== "client" && !Object.hasOwn(source.roles, from)) {
      found.push(problem(["graph", from], from, `no role has this name; declared are ${declared(source)}`));
    }
    targets.forEach((to, index) => {
      const path = ["graph", from, index];
      if (targets.indexOf(to) !== index) found.push(problem(path, to, "the edge is there twice"));
      else if (from === "client" && (to === "client" || to === "human")) {
        found.push(problem(path, to, "a client starts tasks at roles only"));
      } else if (to !== "client" && to !== "human" && !Object.hasOwn(source.roles, to)) {
        found.push(problem(path, to, `no role has this name; declared are ${declared(source)}`));
      }
    });
  }
  return found;
}

function doorProblems(source: CheckedSource): Problem[] {
  if (edgesOf(source, "client").length > 0) return [];
  return [
    problem(["graph", "client"], source.graph["client"], "no door: name at least one role that clients may address"),
  ];
}

function reachProblems(source: CheckedSource): Problem[] {
  const reached = reachedFromClient(source);
  const reaching = reachingClient(source);
  const senders = new Set(Object.values(source.graph).flat());
  const escalation = escalationRole(source);
  return Object.keys(source.roles).flatMap((role) => {
    const path = ["roles", role];
    if (edgesOf(source, role).length === 0 && !senders.has(role) && role !== escalation) {
      return [problem(path, role, "the role has no edges; add it to the graph, or remove it")];
    }
    const found: Problem[] = [];
    if (!reached.has(role))
      found.push(problem(path, role, "no task can get to this role; no path leads here from client"));
    if (!reaching.has(role)) {
      const hint = "add an edge towards client, or declare who calls it in `calls`";
      found.push(problem(path, role, `no answer can get from this role to client; ${hint}`));
    }
    return found;
  });
}

function callProblems(source: CheckedSource): Problem[] {
  return Object.entries(source.roles).flatMap(([role, { calls }]) =>
    (calls ?? []).flatMap((to, index) =>
      edgesOf(source, role).includes(to)
        ? []
        : [problem(["roles", role, "calls", index], to, `the graph has no edge from ${role} to this role`)],
    ),
  );
}

function variantProblems(source: CheckedSource): Problem[] {
  return Object.entries(source.roles).flatMap(([role, { variants }]) => {
    const seen = new Map<string, string>();
    return Object.entries(variants ?? {}).flatMap(([variant, capabilities]) => {
      const path = ["roles", role, "variants", variant];
      if (capabilities.length === 0) {
        return [problem(path, capabilities, "a variant needs at least one capability that nodes must have")];
      }
      const key = capabilities.toSorted().join(",");
      const other = seen.get(key);
      if (other !== undefined) return [problem(path, capabilities, `the same capabilities as variant ${other}`)];
      seen.set(key, variant);
      return [];
    });
  });
}

function placementProblems(source: CheckedSource): Problem[] {
  return Object.entries(source.roles).flatMap(([role, { placement }]) =>
    (["affinity", "antiAffinity"] as const).flatMap((rule) =>
      (placement?.[rule] ?? []).flatMap((other, index) =>
        Object.hasOwn(source.roles, other)
          ? []
          : [
              problem(
                ["roles", role, "placement", rule, index],
                other,
                `no role has this name; declared are ${declared(source)}`,
              ),
            ],
      ),
    ),
  );
}

function supervisionProblems(source: CheckedSource): Problem[] {
  const groupOf = new Map<string, string>();
  return Object.entries(source.supervision?.groups ?? {}).flatMap(([group, { roles }]) =>
    roles.flatMap((role, index) => {
      const path = ["supervision", "groups", group, "roles", index];
      if (!Object.hasOwn(source.roles, role)) {
        return [problem(path, role, `no role has this name; declared are ${declared(source)}`)];
      }
      const other = groupOf.get(role);
      groupOf.set(role, group);
      return other === undefined ? [] : [problem(path, role, `the role is in group ${other} already`)];
    }),
  );
}

function escalationProblems(source: CheckedSource): Problem[] {
  const { escalation } = source;
  if (escalation === undefined || Object.hasOwn(source.roles, escalation)) return [];
  return [problem(["escalation"], escalation, `no role has this name; declared are ${declared(source)}`)];
}

function encryptionProblems(source: CheckedSource): Problem[] {
  const roles = source.encryption?.roles ?? [];
  if (roles === "all") return [];
  return roles.flatMap((role, index) =>
    Object.hasOwn(source.roles, role)
      ? []
      : [problem(["encryption", "roles", index], role, `no role has this name; declared are ${declared(source)}`)],
  );
}

/** Who wants a person's approval has to be able to ask one, and an edge has to be there to be approved. */
function approvalProblems(source: CheckedSource): Problem[] {
  return Object.entries(source.roles).flatMap(([role, { approvals = {}, tools = [] }]) => {
    const edges = edgesOf(source, role);
    const found = Object.keys(approvals)
      .filter((to) => !edges.includes(to))
      .map((to) => problem(["roles", role, "approvals", to], to, `the graph has no edge from ${role} to ${to}`));
    if (edges.includes("human")) return found;
    const reason = `people have to approve it, and the graph has no edge from ${role} to human; add one`;
    const asking = [
      ...Object.keys(approvals).map((to) => problem(["roles", role, "approvals", to], to, reason)),
      ...tools.flatMap(({ name, approval }, index) =>
        approval === undefined ? [] : [problem(["roles", role, "tools", index], name, reason)],
      ),
    ];
    return [...found, ...asking];
  });
}
