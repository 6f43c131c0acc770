/** What actors work with outside, as the nodes that are there have found it. Pure. */
import type { ClusterDependency, DependencyReport } from "@troupe/runtime/internal";
import type { Membership } from "../membership/snapshot.ts";

interface Found {
  readonly kind: DependencyReport["kind"];
  readonly name: string;
  readonly by: { readonly node: string; readonly report: DependencyReport }[];
}

/** Sorted by kind and name. Down nodes know nothing. */
export function dependenciesOf({ nodes }: Membership): readonly ClusterDependency[] {
  const all = new Map<string, Found>();
  for (const [node, { member, heartbeat }] of nodes) {
    if (member.status === "dead" || member.status === "left") continue;
    for (const report of heartbeat?.dependencies ?? []) {
      const { kind, name } = report;
      const found = all.get(`${kind} ${name}`) ?? { kind, name, by: [] };
      found.by.push({ node, report });
      all.set(`${kind} ${name}`, found);
    }
  }
  return [...all]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { kind, name, by }]) => {
      const down = by.filter(({ report }) => !report.isUp).toSorted((a, b) => (a.node < b.node ? -1 : 1));
      return {
        kind,
        name,
        up: down.length < by.length,
        down_on: down.map(({ node }) => node),
        reason: down[0]?.report.reason ?? null,
      };
    });
}
