/** Messages and rows of the control plane. All of them are versioned: a reader refuses a `v` that it does not know. */
import { z } from "zod";

export const CONTROL_VERSION = 1;

/** Header of a request to the control plane: which person asks, as they call themselves. For the audit; nothing is decided by it. */
export const ASKED_BY_HEADER = "Troupe-Asked-By";
const v = z.literal(CONTROL_VERSION);
const count = z.int().min(0);
const name = z.string().min(1).max(64);
const labels = z.record(z.string().max(64), z.string().max(128));

/**
 * An actor failed in a way that restarting it in place may not mend. `stuck`: aborted since it showed no progress. `exhausted`: restarted too
 * often. `host_died`: its host ended, or was killed, while it ran a message.
 */
export const ActorFailure = z.strictObject({
  /** `<version>/<mailbox>/<index>`. */
  actor: z.string().max(128),
  kind: z.enum(["stuck", "exhausted", "host_died"]),
  reason: z.string().max(512),
  /** `<stream>/<sequence>` of the message that it ran. */
  message: z.string().max(128).optional(),
});
export type ActorFailure = z.infer<typeof ActorFailure>;

/** A failure as its node reports it, again and again for a while: heartbeats may be lost. */
export const ReportedFailure = ActorFailure.extend({
  /** Counts the failures of this life of the node. */
  number: count,
  generation: count,
  /** How long ago, ms. */
  agoMs: count,
});
export type ReportedFailure = z.infer<typeof ReportedFailure>;

/** Most spent budgets that a heartbeat names. */
export const MAX_SPENT_BUDGETS = 32;

/** A budget that calls were refused for: what is spent leaves no room until its day ends, or for good. */
export const SpentBudget = z.strictObject({
  /** Whose: `tenant acme`, `role researcher`. */
  account: z.string().min(1).max(256),
  /** Its limit and what is spent, for people. */
  text: z.string().max(512),
});
export type SpentBudget = z.infer<typeof SpentBudget>;

/** Most dependencies that a heartbeat names. */
export const MAX_DEPENDENCIES = 32;

/** Something outside that a node's actors work with, as it was found when they last did. */
export const DependencyReport = z.strictObject({
  /** `model`: an endpoint for one model. `cache`: the kept answers of models. */
  kind: z.enum(["model", "cache"]),
  name: z.string().min(1).max(256),
  isUp: z.boolean(),
  /** What went wrong; absent while it is up. */
  reason: z.string().max(256).optional(),
});
export type DependencyReport = z.infer<typeof DependencyReport>;

/** `<sys>.heartbeat.<node>`, core NATS, every 500 ms by default. */
export const Heartbeat = z.strictObject({
  v,
  node: name,
  incarnation: name,
  sequence: count,
  labels,
  capabilities: z.array(name),
  /** How many messages its actors may hold at once, and how many they hold. */
  slots: count,
  busy: count,
  /** 0 to 1: busy / slots. */
  load: z.number().min(0),
  memoryBytes: count,
  /** What its actors may reserve together; absent = no limit. */
  memoryLimitBytes: count.optional(),
  loopP99Ms: z.number().min(0),
  isDraining: z.boolean(),
  /** Set on the last heartbeat of an orderly stop: everything was finished or given back. */
  hasLeft: z.boolean().optional(),
  /** Replicas that it runs, `<version>/<role>/<index>`, with what each is doing. */
  actors: z.array(
    z.strictObject({
      id: z.string().max(128),
      epoch: count,
      /** Which start of the replica this is: that of its placement. Absent = 0. */
      generation: count.optional(),
      state: z.enum(["starting", "available", "busy", "failed"]),
      /** Whether it takes messages: not while it stands by, is paused, or lets go. */
      isTaking: z.boolean().optional(),
      inFlight: count,
      done: count,
      failed: count,
      meanMs: z.number().min(0),
      /** Longest time that something which it runs has shown no progress; absent = it runs nothing. */
      silentMs: count.optional(),
    }),
  ),
  /** The newest failures of its actors; absent = none of late. */
  failures: z.array(ReportedFailure).max(64).optional(),
  /** What its actors have lately worked with outside; absent = nothing, or the node does not know. */
  dependencies: z.array(DependencyReport).max(MAX_DEPENDENCIES).optional(),
  /** Budgets that have lately had no room for a call of its actors; absent = none. */
  spentBudgets: z.array(SpentBudget).max(MAX_SPENT_BUDGETS).optional(),
});
export type Heartbeat = z.infer<typeof Heartbeat>;

/** Row of `<sys>-members`, key = node. Changed by compare-and-set only. */
export const Member = z.strictObject({
  v,
  node: name,
  incarnation: name,
  status: z.enum(["joining", "up", "suspect", "dead", "draining", "left"]),
  labels,
  capabilities: z.array(name),
  slots: count,
  memoryLimitBytes: count.optional(),
  since: z.string(),
  reason: z.string().max(512),
});
export type Member = z.infer<typeof Member>;

/** Row of `<sys>-placement`, key = node: every replica that this node should run. Nodes converge to it. */
export const NodePlacement = z.strictObject({
  v,
  node: name,
  /** Rises with every change; a node refuses to go back. */
  epoch: count,
  /** The term of the supervisor that wrote it; a node refuses what an earlier leader wrote after a later one. */
  leaderEpoch: count.optional(),
  replicas: z.array(
    z.strictObject({
      version: name,
      role: name,
      variant: name.optional(),
      index: count,
      concurrency: z.int().min(1),
      /** Rises when the replica is to be started anew. Absent = 0. */
      generation: count.optional(),
      /** Gets ready and takes nothing yet: another node still takes for it, until the hand-over. */
      isStandby: z.boolean().optional(),
      /** In a host process of its own: what failed beside others may only take itself down. */
      isAlone: z.boolean().optional(),
    }),
  ),
});
export type NodePlacement = z.infer<typeof NodePlacement>;

/** Row of `<sys>-leases`, key `supervisor`. */
export const Lease = z.strictObject({ v, holder: name, epoch: count, renewedAtMs: z.number(), ttlMs: count });
export type Lease = z.infer<typeof Lease>;

/** `<sys>.control.ended`: a task, or with `hops` only those called hops of it, has ended; hosts abort what they run of it. */
export const Ended = z.strictObject({
  v,
  task: name,
  reason: z.enum(["completed", "failed", "cancelled", "expired", "rejected", "lost_quorum"]),
  hops: z.array(name).optional(),
});
export type Ended = z.infer<typeof Ended>;

/**
 * `<sys>.control.died`: a node, or one of its hosts, is known to be gone (exit seen, or declared dead). A host's incarnation is its
 * node's with `-<n>` behind it, so the node's own covers all of them. Counts towards poison; held deliveries may be given back.
 */
export const Died = z.strictObject({ v, node: name, incarnation: name, reason: z.string().max(512) });
export type Died = z.infer<typeof Died>;

/** Answer of `<sys>.node.<node>.held`: stream sequences of the deliveries that the node's hosts hold, by durable. */
export const Held = z.strictObject({ v, node: name, incarnation: name, held: z.record(z.string(), z.array(count)) });
export type Held = z.infer<typeof Held>;

/** Something outside that actors work with, over all nodes that have lately used it. */
export interface ClusterDependency {
  readonly kind: DependencyReport["kind"];
  readonly name: string;
  /** Whether it works for at least one of them. */
  readonly up: boolean;
  /** Nodes for which it does not. */
  readonly down_on: readonly string[];
  readonly reason: string | null;
}

/** `<sys>.supervisor.health` (R-SUP-1). */
export interface ClusterHealth {
  readonly status: "healthy" | "degraded" | "critical";
  readonly reasons: readonly string[];
  readonly system: string;
  readonly version: string | null;
  readonly nodes: {
    readonly total: number;
    readonly up: number;
    readonly suspect: number;
    readonly dead: number;
    readonly draining: number;
  };
  readonly actors: {
    readonly total: number;
    readonly available: number;
    readonly busy: number;
    readonly unavailable: number;
  };
  readonly mean_load: number;
  readonly queues: Readonly<Record<string, { readonly waiting: number; readonly in_flight: number }>>;
  readonly tasks_in_flight: number;
  readonly dependencies: readonly ClusterDependency[];
  readonly oldest_message_ms: number | null;
  readonly alerts: readonly { readonly name: string; readonly since: string; readonly text: string }[];
  readonly supervisor: { readonly id: string; readonly epoch: number; readonly since: string };
}
