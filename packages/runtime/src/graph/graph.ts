/**
 * The role graph as pure questions. Its nodes are the roles, `client` and `human`; an edge says who may send to whom.
 * A *call* edge (the sender declares it in `calls`) also brings an answer back, so work gets to the client over it the other way round.
 */

/** The parts of a manifest that the graph is made of. */
export interface GraphSource {
  readonly graph: Readonly<Record<string, readonly string[]>>;
  readonly roles: Readonly<Record<string, { readonly calls?: readonly string[] | undefined }>>;
  readonly escalation?: string | undefined;
}

/** Whom a node may send to; empty for one without edges. */
export function edgesOf(source: Pick<GraphSource, "graph">, from: string): readonly string[] {
  return Object.hasOwn(source.graph, from) ? (source.graph[from] ?? []) : [];
}

/** The role that failures and `escalate` go to: the declared one, else a role named `escalation`, else nobody. */
export function escalationRole(source: GraphSource): string | undefined {
  return source.escalation ?? (Object.hasOwn(source.roles, "escalation") ? "escalation" : undefined);
}

/** All nodes that can be reached from the start nodes, themselves included. */
function closure(start: readonly string[], next: (node: string) => readonly string[]): ReadonlySet<string> {
  const seen = new Set(start);
  const open = [...start];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const to of next(node)) {
      if (seen.has(to)) continue;
      seen.add(to);
      open.push(to);
    }
  }
  return seen;
}

/** Nodes that a client's task can get to. The escalation role is one of them: the supervisor sends to it when a hop fails. */
export function reachedFromClient(source: GraphSource): ReadonlySet<string> {
  const escalation = escalationRole(source);
  return closure(escalation === undefined ? ["client"] : ["client", escalation], (node) => edgesOf(source, node));
}

/** Nodes from which an answer can get to the client, over edges onward and over answers to callers. */
export function reachingClient(source: GraphSource): ReadonlySet<string> {
  const back = new Map<string, string[]>();
  const add = (to: string, from: string) => back.set(to, [...(back.get(to) ?? []), from]);
  for (const from of Object.keys(source.graph)) {
    for (const to of edgesOf(source, from)) add(to, from);
  }
  for (const [caller, role] of Object.entries(source.roles)) {
    for (const callee of role.calls ?? []) add(caller, callee);
  }
  return closure(["client"], (node) => back.get(node) ?? []);
}
