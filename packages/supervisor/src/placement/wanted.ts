import type { Deployment, Desired } from "@troupe/runtime/internal";

/** One replica that should run somewhere, with what its node must offer. */
export interface WantedReplica {
  readonly version: string;
  readonly role: string;
  readonly variant: string | undefined;
  readonly index: number;
  readonly concurrency: number;
  /** Labels that the node must carry, all of them. */
  readonly labels: Readonly<Record<string, string>>;
  /** Capabilities that the node must have, all of them. */
  readonly capabilities: readonly string[];
}

/** Identity of a replica over all versions: `<version>/<mailbox>/<index>`. */
export const replicaKey = (replica: {
  version: string;
  role: string;
  variant?: string | undefined;
  index: number;
}): string => `${replica.version}/${mailboxOf(replica.role, replica.variant)}/${replica.index}`;

/** The mailbox that a role, or one of its variants, takes messages from. */
export const mailboxOf = (role: string, variant: string | undefined): string =>
  variant === undefined ? role : `${role}_${variant}`;

/** All mailboxes of a deployment. */
export function mailboxesOf({ manifest }: Deployment): readonly string[] {
  return Object.entries(manifest.roles).flatMap(([role, settings]) => [
    role,
    ...Object.keys(settings.variants).map((variant) => mailboxOf(role, variant)),
  ]);
}

/**
 * Every replica that should run: those of the current version first, then of the versions that still drain.
 * An operator's scale counts for the current version alone. A role with variants runs its number of replicas for itself and for each variant.
 */
export function wantedReplicas(
  desired: Desired,
  deployments: ReadonlyMap<string, Deployment>,
): readonly WantedReplica[] {
  return [desired.current, ...desired.draining].flatMap((version) => {
    const deployment = deployments.get(version);
    if (!deployment) return [];
    return replicasOf(deployment, version === desired.current ? desired.replicas : {});
  });
}

function replicasOf({ version, manifest }: Deployment, scaled: Readonly<Record<string, number>>): WantedReplica[] {
  const wanted: WantedReplica[] = [];
  for (const [role, settings] of Object.entries(manifest.roles)) {
    const forms: [string | undefined, readonly string[]][] = [[undefined, []], ...Object.entries(settings.variants)];
    for (const [variant, capabilities] of forms) {
      for (let index = 0; index < (scaled[role] ?? settings.replicas); index++) {
        const { concurrency, labels } = settings;
        wanted.push({ version, role, variant, index, concurrency, labels, capabilities });
      }
    }
  }
  return wanted;
}
