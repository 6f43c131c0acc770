import type { SystemManifest } from "@troupe/runtime/internal";

/** What a deployment would change, for people. Empty lists mean that nothing of the kind changes. */
export interface Difference {
  readonly roles: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly RoleChange[];
  };
  readonly edges: { readonly added: readonly string[]; readonly removed: readonly string[] };
  /** Other parts of the manifest, and `source` when the code differs. */
  readonly settings: readonly string[];
}

export interface RoleChange {
  readonly role: string;
  /** Settings of the role that differ. */
  readonly settings: readonly string[];
}

/** JSON with sorted keys: equal values give equal text, in whatever order their keys were written. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Compares what runs with what was asked for. `undefined` = nothing runs yet. */
export function difference(before: SystemManifest | undefined, after: SystemManifest): Difference {
  const roles = { before: before?.roles ?? {}, after: after.roles };
  const edges = { before: edgesOf(before), after: edgesOf(after) };
  return {
    roles: {
      added: minus(Object.keys(roles.after), Object.keys(roles.before)),
      removed: minus(Object.keys(roles.before), Object.keys(roles.after)),
      changed: Object.entries(roles.after).flatMap(([role, settings]) => {
        const was = roles.before[role];
        const changed = was ? changedKeys(was, settings) : [];
        return changed.length > 0 ? [{ role, settings: changed }] : [];
      }),
    },
    edges: { added: minus(edges.after, edges.before), removed: minus(edges.before, edges.after) },
    settings: before ? changedKeys(before, after).filter((key) => key !== "roles" && key !== "graph") : [],
  };
}

const minus = (all: readonly string[], known: readonly string[]): string[] =>
  all.filter((item) => !known.includes(item));

const edgesOf = (manifest: SystemManifest | undefined): string[] =>
  Object.entries(manifest?.graph ?? {}).flatMap(([from, targets]) => targets.map((to) => `${from}→${to}`));

function changedKeys(before: object, after: object): string[] {
  const [a, b] = [new Map<string, unknown>(Object.entries(before)), new Map<string, unknown>(Object.entries(after))];
  const keys = new Set([...a.keys(), ...b.keys()]);
  return [...keys].filter((key) => canonicalJson(a.get(key)) !== canonicalJson(b.get(key))).toSorted();
}
