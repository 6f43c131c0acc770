/** A role of the relay as a host runs it, on the host's own seat and replica: pull loop, hop protocol, JetStream log. No node around it. */
import {
  ActorSupervisor,
  BrokeredBlobs,
  DeadIncarnations,
  type Deployment,
  HeldDeliveries,
  RoleSeat,
  requireCompiled,
  Suspects,
  systemClock,
  systemRandom,
} from "@troupe/runtime/internal";
import type { ChainSettings } from "../messages.ts";
import { requireRelayRole } from "../relay.ts";
import relay from "../relay-system.ts";
import { benchLogger } from "./bench-logger.ts";
import { benchTracer } from "./tracing.ts";
import { runWorker, type Work } from "./worker.ts";

async function join(name: string, settings: ChainSettings): Promise<Work> {
  const role = requireRelayRole(name);
  const definition = relay.roles[role];
  if (!definition) throw new RangeError(`the relay defines no role ${role}`);
  const logger = benchLogger(`troupe-${role}`);
  const seat = await RoleSeat.open({
    configure: configuration(settings),
    system: requireCompiled(relay.manifest),
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
    tracer: await benchTracer(settings.chain, "role"),
    clock: systemClock,
    random: systemRandom,
    logger,
  });
  const spec = { role, index: 0, concurrency: settings.slots, epoch: 1, isPaused: false };
  const replica = seat.replica(`${settings.version}/${role}/0`, spec);
  await replica.start();
  return {
    leave: async () => {
      await replica.stop();
      await seat.close();
    },
  };
}

function configuration({ natsUrl, seed, inboxPrefix, apiPrefix, system, version, hopKeys }: ChainSettings) {
  const deployment: Deployment = {
    v: 1,
    version,
    manifest: relay.manifest,
    source: { type: "module", path: "bench/relay-system.ts", sha256: "0".repeat(64) },
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

runWorker(join);
