import { invalidConfig, type Problem, problemsOf } from "../contracts/problem.ts";
import { Graph, type RoleManifest, SystemManifest } from "../contracts/system.ts";
import { ruleProblems } from "../rules/compile-rules.ts";
import { type CheckedSource, checkGraph } from "./check.ts";
import { edgesOf, escalationRole } from "./graph.ts";

/** A mailbox of a role: the role's own, or that of a variant. */
export interface Mailbox {
  /** The `<to>` token: `developer`, `developer_gpu`. */
  readonly name: string;
  readonly role: string;
  readonly variant?: string | undefined;
  /** What a node must have to serve it; empty for the role's own. */
  readonly capabilities: readonly string[];
}

/** What a role may do, as executors need it. */
export interface CompiledRole {
  readonly name: string;
  readonly manifest: RoleManifest;
  /** Whom it may address: roles, and `client` or `human` where there is such an edge. */
  readonly targets: ReadonlySet<string>;
  /** Whether it may answer the client. */
  readonly mayComplete: boolean;
  /** The role's own mailbox first, then one for each variant. */
  readonly mailboxes: readonly Mailbox[];
}

/** A manifest in the form in which everybody looks things up. */
export interface CompiledSystem {
  readonly manifest: SystemManifest;
  readonly roles: ReadonlyMap<string, CompiledRole>;
  /** Roles that clients may address, in the order of the file. */
  readonly doors: ReadonlySet<string>;
  /** Where failures and `escalate` go; `undefined` when nobody takes them. */
  readonly escalation: string | undefined;
  /** All mailboxes of all roles: one durable each. */
  readonly mailboxes: readonly Mailbox[];
}

/** A result, or everything that is wrong at once. */
export type Compiled =
  | { readonly ok: true; readonly system: CompiledSystem }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Checks what no schema can (edges, reachability, doors, variants, escalation) and builds the tables. Pure; never throws for a wrong
 * manifest.
 */
export function compile(manifest: SystemManifest): Compiled {
  const problems = [...checkGraph(manifest), ...ruleProblems(manifest.escalationRules)];
  if (problems.length > 0) return { ok: false, problems };
  const roles = new Map(
    Object.entries(manifest.roles).map(([name, role]) => [name, compileRole(manifest, name, role)]),
  );
  const system: CompiledSystem = {
    manifest,
    roles,
    doors: new Set(edgesOf(manifest, "client")),
    escalation: escalationRole(manifest),
    mailboxes: [...roles.values()].flatMap((role) => role.mailboxes),
  };
  return { ok: true, system };
}

function compileRole(manifest: SystemManifest, name: string, role: RoleManifest): CompiledRole {
  const targets = new Set(edgesOf(manifest, name));
  const variants = Object.entries(role.variants).map(([variant, capabilities]) => ({
    name: `${name}_${variant}`,
    role: name,
    variant,
    capabilities,
  }));
  return {
    name,
    manifest: role,
    targets,
    mayComplete: targets.has("client"),
    mailboxes: [{ name, role: name, capabilities: [] }, ...variants],
  };
}

/** Same as {@link compile}, for a manifest that has been checked before. Throws `invalid_config` with every problem. */
export function requireCompiled(manifest: SystemManifest): CompiledSystem {
  const compiled = compile(manifest);
  if (compiled.ok) return compiled.system;
  throw invalidConfig(`system ${manifest.name}`, compiled.problems);
}

/**
 * Parses anything as a manifest and compiles it: problems of schema and graph together. Where the schema already refuses parts, the
 * graph is still checked as far as its own part can be read.
 */
export function compileUnknown(input: unknown): Compiled {
  const parsed = SystemManifest.safeParse(input);
  if (parsed.success) return compile(parsed.data);
  return { ok: false, problems: [...problemsOf(parsed.error, input), ...checkReadableGraph(input)] };
}

/** Graph problems of an input that the schema refuses elsewhere; none when the graph itself cannot be read. */
export function checkReadableGraph(input: unknown): readonly Problem[] {
  if (!isObject(input) || !isObject(input["roles"])) return [];
  const graph = Graph.safeParse(input["graph"]);
  if (!graph.success) return [];
  const roles = Object.fromEntries(
    Object.entries(input["roles"]).map(([name, role]) => [name, readableRole(role)] as const),
  );
  const escalation = typeof input["escalation"] === "string" ? input["escalation"] : undefined;
  return checkGraph({ graph: graph.data, roles, escalation });
}

function readableRole(role: unknown): CheckedSource["roles"][string] {
  if (!isObject(role)) return {};
  const calls = Array.isArray(role["calls"]) ? role["calls"].filter((call) => typeof call === "string") : undefined;
  return { calls };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
