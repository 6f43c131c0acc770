import type { CompiledSystem } from "@troupe/runtime/internal";

/** The graph as clients see it. Pure. */
export function graphView({ manifest, roles, doors }: CompiledSystem) {
  return {
    system: manifest.name,
    roles: [...roles.keys()].map((name) => {
      const { kind, description } = roles.get(name)?.manifest ?? { kind: "actor" };
      return { name, kind, ...(description === undefined ? {} : { description }), door: doors.has(name) };
    }),
    edges: Object.entries(manifest.graph).flatMap(([from, receivers]) => receivers.map((to) => ({ from, to }))),
  };
}
