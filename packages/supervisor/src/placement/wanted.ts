import type { Deployment, Desired, PlacementRules } from "@troupe/runtime/internal";

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
  readonly rules: PlacementRules;
  /** The node that an operator moved it to. */
  readonly pin: string | undefined;
  /** How often it was to be started anew. */
  readonly generation: number;
  /** In a host process of its own, since it failed beside others. */
  readonly isAlone?: boolean | undefined;
  /** The node that it failed on: any other that fits comes first. */
  readonly avoids?: string | undefined;
}

interface ReplicaPlace {
  readonly role: string;
  readonly variant?: string | undefined;
  readonly index: number;
}

/** Identity of a replica over all versions: `<version>/<mailbox>/<index>`. */
export const replicaKey = (replica: ReplicaPlace & { readonly version: string }): string =>
  `${replica.version}/${replicaName(replica)}`;

/** A replica of the current version as operators name it: `<mailbox>/<index>`. */
export const replicaName = ({ role, variant, index }: ReplicaPlace): string => `${mailboxOf(role, variant)}/${index}`;

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
 * What an operator wishes (scale, pins, stops, new starts) counts for the current version alone. A role with variants runs its number of
 * replicas for itself and for each variant.
 */
export function wantedReplicas(
  desired: Desired,
  deployments: ReadonlyMap<string, Deployment>,
): readonly WantedReplica[] {
  return [desired.current, ...desired.draining].flatMap((version) => {
    const deployment = deployments.get(version);
    if (!deployment) return [];
    const declared = replicasOf(deployment, version === desired.current ? desired.replicas : {});
    return version === desired.current ? declared.flatMap((replica) => asWished(replica, desired)) : declared;
  });
}

function replicasOf({ version, manifest }: Deployment, scaled: Readonly<Record<string, number>>): WantedReplica[] {
  const wanted: WantedReplica[] = [];
  for (const [role, settings] of Object.entries(manifest.roles)) {
    const { concurrency, labels, placement: rules = {} } = settings;
    const forms: [string | undefined, readonly string[]][] = [[undefined, []], ...Object.entries(settings.variants)];
    for (const [variant, capabilities] of forms) {
      for (let index = 0; index < (scaled[role] ?? settings.replicas); index++) {
        const place = { version, role, variant, index };
        wanted.push({ ...place, concurrency, labels, capabilities, rules, pin: undefined, generation: 0 });
      }
    }
  }
  return wanted;
}

function asWished(replica: WantedReplica, { pins, stopped, generations }: Desired): readonly WantedReplica[] {
  const name = replicaName(replica);
  if (stopped?.includes(name)) return [];
  return [{ ...replica, pin: pins?.[name], generation: generations?.[name] ?? 0 }];
}
