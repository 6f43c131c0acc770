/** What a deploy request comes to, decided purely over what is stored. */
import {
  type Deployment,
  type Desired,
  type RevokedEdge,
  roleOfMailbox,
  type SystemManifest,
} from "@troupe/runtime/internal";
import { canonicalJson, type Difference, difference } from "./difference.ts";
import { withRestored } from "./revoked-edges.ts";

/** What is asked for, checked. */
export interface DeployOrder {
  readonly manifest: SystemManifest;
  readonly source: Deployment["source"];
}

export interface DeployPlan {
  /** `nothing`: it runs already. `adopt`: an earlier attempt stored the version and got no further. `create`: a new version. */
  readonly kind: "nothing" | "adopt" | "create";
  readonly version: string;
  readonly difference: Difference;
}

/** What a deployment is, apart from where its module lies. */
const identityOf = ({ manifest, source }: DeployOrder): string =>
  canonicalJson({ manifest, sha256: source.sha256, type: source.type });

export const numberOf = (version: string): number => Number(version.slice(1));

/** Plans. Equal content is never deployed twice in a row; a version number is never used twice. */
export function planDeploy(
  order: DeployOrder,
  desired: Desired | undefined,
  deployments: ReadonlyMap<string, Deployment>,
): DeployPlan {
  const current = desired && deployments.get(desired.current);
  const change = withSource(difference(current?.manifest, order.manifest), current, order);
  if (current && identityOf(current) === identityOf(order) && sameSource(current, order)) {
    return { kind: "nothing", version: current.version, difference: change };
  }
  const newest = Math.max(0, ...[...deployments.keys()].map(numberOf));
  const unfinished = deployments.get(`v${newest}`);
  const isUnfinished = unfinished !== undefined && newest > (desired ? numberOf(desired.current) : 0);
  if (isUnfinished && identityOf(unfinished) === identityOf(order) && sameSource(unfinished, order)) {
    return { kind: "adopt", version: unfinished.version, difference: change };
  }
  return { kind: "create", version: `v${newest + 1}`, difference: change };
}

/** The same content somewhere else must be deployed again: nodes load it from where the deployment says. */
function sameSource(stored: DeployOrder, order: DeployOrder): boolean {
  const [a, b] = [stored.source, order.source];
  return a.type !== "module" || b.type !== "module" || a.path === b.path;
}

function withSource(change: Difference, current: Deployment | undefined, order: DeployOrder): Difference {
  const isSame = !current || (current.source.sha256 === order.source.sha256 && sameSource(current, order));
  return isSame ? change : { ...change, settings: [...change.settings, "source"] };
}

/** The desired state once a version has taken over: the one before drains, an operator's wishes for roles that are gone are dropped. */
export function afterDeploy(
  desired: Desired | undefined,
  version: string,
  manifest: SystemManifest,
  restored: readonly RevokedEdge[] = [],
): Desired {
  const { revoked } = withRestored(desired?.revoked, restored);
  const draining = desired ? [...desired.draining.filter((old) => old !== version), desired.current] : [];
  const isRole = (role: string) => Object.hasOwn(manifest.roles, role);
  return {
    v: 1,
    current: version,
    draining: draining.filter((old) => old !== version),
    paused: (desired?.paused ?? []).filter(isRole),
    replicas: Object.fromEntries(Object.entries(desired?.replicas ?? {}).filter(([role]) => isRole(role))),
    ...wishesFor(desired, isRole),
    // Whoever cut an edge meant the edge, not one version's: it stays cut until a deployment says otherwise.
    ...(revoked.length === 0 ? {} : { revoked: [...revoked] }),
  };
}

/** What an operator wished of single replicas, where their roles are still there. */
function wishesFor(
  desired: Desired | undefined,
  isRole: (role: string) => boolean,
): Pick<Desired, "pins" | "stopped" | "generations"> {
  const { pins, stopped, generations } = desired ?? {};
  const isHere = (replica: string) => isRole(roleOfMailbox(replica.split("/", 1)[0] ?? ""));
  const kept = <T>(wishes: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(wishes).filter(([replica]) => isHere(replica)));
  return {
    ...(pins && { pins: kept(pins) }),
    ...(stopped && { stopped: stopped.filter(isHere) }),
    ...(generations && { generations: kept(generations) }),
  };
}
