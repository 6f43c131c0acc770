/** Which code of systems is still needed. Pure. */
import type { Deployment, Desired } from "@troupe/runtime/internal";
import { numberOf } from "../desired/plan-deploy.ts";

/**
 * Hashes of the bundles of every version that runs, drains or has an open task, and of those whose deployment has begun and is not done: their
 * numbers are higher than the current one's.
 */
export function neededBundles(
  desired: Desired,
  deployments: Iterable<Deployment>,
  openOf: (version: string) => number,
): ReadonlySet<string> {
  const isNeeded = (version: string) =>
    desired.draining.includes(version) || numberOf(version) >= numberOf(desired.current) || openOf(version) > 0;
  const needed = new Set<string>();
  for (const { version, source } of deployments)
    if (source.type === "bundle" && isNeeded(version)) needed.add(source.sha256);
  return needed;
}
