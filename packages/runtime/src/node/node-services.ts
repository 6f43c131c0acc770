import { z } from "zod";
import { type Clock, rfc3339 } from "../clock.ts";
import { CONTROL_VERSION, type Held } from "../contracts/control.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { TroupeError } from "../errors.ts";
import type { HeldDelivery } from "../host/ipc.ts";
import type { Link } from "../nats/connection.ts";
import { type Endpoint, type Service, serve } from "../nats/service.ts";
import type { Logger } from "../telemetry/logger.ts";

/** The term of the supervisor that commands; absent where a person does. */
const command = { leader_epoch: z.int().min(0).optional() };
/** Body of `<sys>.node.<node>.drain`; without a limit the node's own holds. */
const DrainRequest = z.strictObject({ ...command, limit_ms: z.int().min(0).max(86_400_000).optional() });
const StopRequest = z.strictObject(command);
/** Body of `<sys>.node.<node>.declared_dead`: which life of the node is meant. */
const DeclaredDead = z.strictObject({ leader_epoch: z.int().min(0), incarnation: z.string().min(1).max(64) });

/** What the services of a node do. */
export interface NodeServiceOptions {
  readonly name: string;
  readonly incarnation: string;
  readonly held: () => Promise<readonly HeldDelivery[]>;
  readonly drain: (limitMs: number | undefined) => void;
  readonly stop: () => void;
  /** This life is over for everybody else. */
  readonly onDeclaredDead: () => void;
  /** The latest term that the node has heard of, from its placement. */
  readonly leaderEpoch: () => number;
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * Answers `<sys>.node.<node>.{probe,held,drain,stop,declared_dead}`. `drain` and `stop` answer when they begin; heartbeats show how they go
 * on, the last one says that the node has left. `declared_dead` is the leader's word to a life that it has given up.
 */
export function serveNode(link: Link, subjects: Subjects, options: NodeServiceOptions): Service {
  const { name, incarnation, held, logger, clock } = options;
  const identity = { v: CONTROL_VERSION, node: name, incarnation } as const;
  return serve(link, {
    name: "troupe-node",
    version: "0.1.0",
    description: `Node ${name} of the system ${subjects.system}`,
    metadata: { node: name, system: subjects.system },
    logger,
    clock,
    endpoints: {
      probe: {
        subject: subjects.node(name, "probe"),
        handle: (request) => request.respond({ ...identity, at: rfc3339(clock.nowMs()) }),
      },
      held: {
        subject: subjects.node(name, "held"),
        handle: async (request) => request.respond({ ...identity, held: byDurable(await held()) } satisfies Held),
      },
      ...commands(subjects, options, identity),
    },
  });
}

/** What ends the node, or this life of it. */
function commands(
  subjects: Subjects,
  { name, incarnation, drain, stop, onDeclaredDead, leaderEpoch }: NodeServiceOptions,
  identity: object,
): Readonly<Record<string, Endpoint>> {
  let latestTerm = 0;
  /** A leader that was deposed and does not know it yet may not command any more. */
  const requireTerm = (term: number | undefined) => {
    latestTerm = Math.max(latestTerm, leaderEpoch());
    if (term === undefined) return;
    if (term < latestTerm)
      throw new TroupeError("lease_lost", `the command is of term ${term}; the supervisor leads in term ${latestTerm}`);
    latestTerm = term;
  };
  return {
    drain: {
      subject: subjects.node(name, "drain"),
      handle: (request) => {
        const { limit_ms: limitMs, leader_epoch: term } = request.json(DrainRequest);
        requireTerm(term);
        request.respond({ ...identity, status: "draining" });
        drain(limitMs);
      },
    },
    stop: {
      subject: subjects.node(name, "stop"),
      handle: (request) => {
        requireTerm(request.json(StopRequest).leader_epoch);
        request.respond({ ...identity, status: "stopping" });
        stop();
      },
    },
    declared_dead: {
      subject: subjects.node(name, "declared_dead"),
      handle: (request) => {
        const { incarnation: meant, leader_epoch: term } = request.json(DeclaredDead);
        requireTerm(term);
        if (meant !== incarnation) throw new TroupeError("conflict", `${name} is another life by now: ${incarnation}`);
        request.respond({ ...identity, status: "ending" });
        onDeclaredDead();
      },
    },
  };
}

/** Stream sequences of what is held, by durable. */
export function byDurable(held: readonly HeldDelivery[]): Record<string, number[]> {
  const sequences: Record<string, number[]> = {};
  for (const { durable, streamSequence } of held) (sequences[durable] ??= []).push(streamSequence);
  return sequences;
}
