import {
  createLogger,
  isVersion,
  type Random,
  requireCompiled,
  SystemManifest,
  TroupeError,
} from "@troupe/runtime/internal";
import { SimProcess, type SimTime } from "@troupe/runtime/internal-testing";
import type { CurrentSystem } from "../ingress/decide-order.ts";
import { type Door, type DoorPorts, openDoor } from "../ingress/open-door.ts";
import { RateLimiter } from "../limits/rate-limiter.ts";
import { DoorTraces } from "../telemetry/door-traces.ts";
import type { SimTasks } from "./sim-tasks.ts";

const logger = createLogger({ name: "simulation", level: "silent" });
const PATIENCE_MS = 1_000;

/** One life of a gateway: the product's own door and limiter, on a simulated server. */
export interface GatewayLife {
  readonly process: SimProcess;
  readonly door: Door;
  readonly limiter: RateLimiter;
}

export interface SimGatewayWorld {
  readonly time: SimTime;
  readonly random: Random;
  readonly server: SimTasks;
  readonly inFlightLimit: number;
  readonly backlogLimit: number;
  /** An answer of the counters got lost: that gateway counts for itself. */
  readonly onUncounted: () => void;
}

const system = requireCompiled(
  SystemManifest.parse({
    name: "sim",
    graph: { client: ["door"], door: ["client"] },
    roles: { door: { kind: "actor" } },
  }),
);

/** What the gateway finds deployed. */
function deployed(inFlight: number): CurrentSystem {
  const version = "v1";
  if (!isVersion(version)) throw new TypeError(`${version} is no version`);
  const { manifest } = system;
  return { version, system: { ...system, manifest: { ...manifest, limits: { ...manifest.limits, inFlight } } } };
}

export function beginGateway(name: string, world: SimGatewayWorld): GatewayLife {
  const process = new SimProcess(name, world.time);
  const { clock } = process;
  const door = openDoor(doorPorts(process, world));
  door.room.start();
  const add = async (limit: string, key: string, window: number, amount: number) => {
    const total = await world.server.count(process, `${limit} ${key} ${window}`, amount);
    if (total !== undefined) return total;
    world.onUncounted();
    throw new TroupeError("unavailable", "nobody answered in time");
  };
  return { process, door, limiter: new RateLimiter({ counts: { add }, clock, logger }) };
}

function doorPorts(process: SimProcess, { server, random, inFlightLimit, backlogLimit }: SimGatewayWorld): DoorPorts {
  const current = deployed(inFlightLimit);
  return {
    subjects: server.subjects,
    log: server.log.reachedBy(process),
    keyLog: server.keys.reachedBy(process),
    waiting: server.ingress.reachedBy(process),
    archive: {
      has: (task) => server.hasArchived(process, task),
      read: () => Promise.resolve(undefined),
    },
    pull: (durable, slots, run) => {
      const queue = server.queues.get(durable);
      if (queue === undefined) throw new RangeError(`there is no durable ${durable}`);
      return queue.pull(process, slots, run);
    },
    notices: (onEnd) => {
      server.listen(process, onEnd);
      return () => undefined;
    },
    askActors: () => Promise.reject(new TroupeError("unavailable", "nobody leads")),
    traces: new DoorTraces(undefined),
    carried: (order) => Promise.resolve(order.input),
    current: () => current,
    isServed: () => true,
    shards: 1,
    tenant: "queue",
    patienceMs: PATIENCE_MS,
    backlogLimit,
    clock: process.clock,
    random,
    logger,
  };
}
