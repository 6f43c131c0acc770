import type { SystemDefinition } from "@troupe/runtime";
import {
  ActorSupervisor,
  BrokeredBlobs,
  DeadIncarnations,
  type Deployment,
  HeldDeliveries,
  type Logger,
  RoleSeat,
  requireCompiled,
  Suspects,
  systemClock,
  systemRandom,
  type Tracer,
} from "@troupe/runtime/internal";
import type { ChainSettings } from "../messages.ts";

export interface SeatOptions {
  readonly settings: ChainSettings;
  readonly system: SystemDefinition;
  readonly role: string;
  readonly tracer?: Tracer | undefined;
  readonly logger: Logger;
}

/** A role's seat as a host opens it, with no node around it. Throws a `RangeError` for a role that the system does not define. */
export async function openSeat({ settings, system, role, tracer, logger }: SeatOptions): Promise<RoleSeat> {
  const definition = system.roles[role];
  if (!definition) throw new RangeError(`the system defines no role ${role}`);
  return RoleSeat.open({
    configure: configuration(settings, system),
    system: requireCompiled(system.manifest),
    role,
    definition,
    // Nobody is told: there is no node.
    held: new HeldDeliveries(systemClock, () => undefined),
    supervisor: new ActorSupervisor({
      groups: [],
      actors: () => [],
      tell: () => undefined,
      clock: systemClock,
      random: systemRandom,
      logger,
    }),
    suspects: new Suspects(systemClock),
    dead: new DeadIncarnations(),
    blobs: new BrokeredBlobs(() => undefined),
    endHops: () => undefined,
    onTaking: () => undefined,
    tracer,
    clock: systemClock,
    random: systemRandom,
    logger,
  });
}

function configuration(
  { natsUrl, seed, inboxPrefix, apiPrefix, system, version, hopKeys }: ChainSettings,
  { manifest }: SystemDefinition,
) {
  const deployment: Deployment = {
    v: 1,
    version,
    manifest,
    source: { type: "module", path: "bench/system.ts", sha256: "0".repeat(64) },
    hopKeys,
    deployedAt: "1970-01-01T00:00:00Z",
  };
  return {
    type: "configure" as const,
    system,
    node: `bench-${process.pid}`,
    incarnation: "1",
    link: { servers: natsUrl, seed, inboxPrefix, ...(apiPrefix === undefined ? {} : { apiPrefix }) },
    deployment,
    drainLimitMs: 1_000,
    logLevel: "warn",
    died: [],
  };
}
