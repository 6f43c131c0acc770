/**
 * What a node and its host say to one another over the channel of the child process. Both sides parse what they get: a host runs
 * code of authors, so its node believes nothing that it does not parse, and a node from another release must not confuse a host.
 *
 * Commands are level-triggered where they can be: `replicas` is always the full list, and a repeated command changes nothing.
 */
import { z } from "zod";
import { BlobRef } from "../contracts/blob-body.ts";
import { DeadBody } from "../contracts/bodies.ts";
import { ActorFailure, Died, Ended } from "../contracts/control.ts";
import { Deployment } from "../contracts/system.ts";
import { MAX_BODY_BYTES } from "../contracts/task.ts";
import { Credentials } from "../nats/credentials.ts";
import { TlsSettings } from "../nats/tls.ts";
import { PROTOCOLS } from "../telemetry/config/load.ts";
import { MetricFigures } from "../telemetry/metric-figures.ts";

const count = z.int().min(0);
const name = z.string().min(1).max(128);
const text = z.string().max(8_192);

const Bytes = z.custom<Uint8Array>((bytes) => bytes instanceof Uint8Array && bytes.length <= MAX_BODY_BYTES);

/** Largest question to a service of the node, and largest answer, as JSON. */
export const MAX_ASK_BYTES = 4 * 1024 * 1024;
/** With a body of 4,000 characters, each of them escaped, and everything else. */
const MAX_MESSAGE_LINE = 32_768;
// As text: what a host sends is then bounded and of one kind before anybody looks into it.
const JsonText = z.string().max(MAX_ASK_BYTES);

/** How a process reaches NATS, with whose rights. */
export const LinkSettings = z.strictObject({
  servers: z.union([z.string().min(1).max(1_024), z.array(z.string().min(1).max(1_024)).min(1)]),
  seed: z.string().max(256).optional(),
  apiPrefix: z.string().max(128).optional(),
  inboxPrefix: z.string().max(128).optional(),
  tls: TlsSettings.optional(),
});
export type LinkSettings = z.infer<typeof LinkSettings>;

/** Credentials by role: of the roles that a host plays, and of no others. */
export const RoleCredentials = z.record(name, Credentials);
export type RoleCredentials = z.infer<typeof RoleCredentials>;

/** One replica that the host should run. */
export const ReplicaSpec = z.strictObject({
  role: name,
  variant: name.optional(),
  index: count,
  concurrency: z.int().min(1),
  epoch: count,
  /** A replica of another generation is another instance: the one before finishes what it runs and ends. Absent = 0. */
  generation: count.optional(),
  /** Keeps its place and finishes what it runs, but takes no more. */
  isPaused: z.boolean(),
  /** Roles, or `client`, to which the role may not write any more. */
  revoked: z.array(name).optional(),
});
export type ReplicaSpec = z.infer<typeof ReplicaSpec>;

/** `<version>/<mailbox>/<index>`: one replica among all of a node. */
export const replicaId = (version: string, { role, variant, index }: ReplicaSpec): string =>
  `${version}/${variant === undefined ? role : `${role}_${variant}`}/${index}`;

/** The first message to a host: what it is and what it runs. */
export const Configure = z.strictObject({
  type: z.literal("configure"),
  system: name,
  node: name,
  incarnation: name,
  /** How roles without credentials of their own reach NATS. */
  link: LinkSettings,
  deployment: Deployment,
  /** Module that turns the text of a configuration-only system into a definition; needed for source `yaml` only. */
  loader: z.string().max(4_096).optional(),
  /** Where the code lies, and URLs of the modules whose packages it uses; needed for source `bundle` only. */
  bundle: z
    .strictObject({ path: z.string().min(1).max(4_096), packagesFrom: z.array(z.string().max(4_096)).min(1) })
    .optional(),
  /** How long a replica that is no longer wanted may finish what it runs. */
  drainLimitMs: count,
  logLevel: z.string().max(16),
  /** Incarnations known to be dead, for poison. */
  died: z.array(Died),
  /** Whether it tells figures, and, where spans are wanted, how it sends them. Absent = neither. */
  telemetry: z
    .strictObject({
      isMeasured: z.boolean(),
      /** Whether it tells each message that its roles handled. */
      logsMessages: z.boolean().optional(),
      tracing: z
        .strictObject({ protocol: z.enum(PROTOCOLS), sendEveryMs: count, queueSize: count, batchSize: count })
        .optional(),
    })
    .optional(),
});
export type Configure = z.infer<typeof Configure>;

/** What a service of the node answered to `ask`, or why it did not. */
const Answer = z.strictObject({
  type: z.literal("answer"),
  request: count,
  result: z.discriminatedUnion("ok", [
    z.strictObject({ ok: z.literal(true), json: JsonText }),
    z.strictObject({ ok: z.literal(false), error: DeadBody.shape.error }),
  ]),
});
export type Answer = z.infer<typeof Answer>;

/** Node to host. */
export const HostCommand = z.discriminatedUnion("type", [
  Configure,
  /**
   * Without credentials every role signs in as `configure.link` says: the server has no accounts for roles. With them each later command
   * may bring newer ones.
   */
  z.strictObject({
    type: z.literal("replicas"),
    replicas: z.array(ReplicaSpec),
    credentials: RoleCredentials.optional(),
  }),
  /** Take no more, finish within the limit, give the rest back, then say `drained`. */
  z.strictObject({ type: z.literal("drain"), limitMs: count }),
  z.strictObject({ type: z.literal("ended"), ended: Ended }),
  z.strictObject({ type: z.literal("died"), died: Died }),
  /** Say at once what is held. */
  z.strictObject({ type: z.literal("flush"), request: count }),
  /** What a `blob` request asked for, or why it cannot be had. */
  z.strictObject({
    type: z.literal("blob"),
    request: count,
    result: z.discriminatedUnion("ok", [
      z.strictObject({ ok: z.literal(true), bytes: Bytes }),
      z.strictObject({ ok: z.literal(false), code: z.string().max(64), message: text }),
    ]),
  }),
  /** Where the node has stored a large body, or why it could not. */
  z.strictObject({
    type: z.literal("blob_stored"),
    request: count,
    result: z.discriminatedUnion("ok", [
      z.strictObject({ ok: z.literal(true), ref: BlobRef }),
      z.strictObject({ ok: z.literal(false), code: z.string().max(64), message: text }),
    ]),
  }),
  Answer,
  z.strictObject({ type: z.literal("exit") }),
]);
export type HostCommand = z.infer<typeof HostCommand>;

/** A delivery in hand, with what somebody else needs in order to give it back (measured: stream and consumer sequence). */
export interface HeldDelivery {
  readonly stream: string;
  readonly durable: string;
  readonly streamSequence: number;
  readonly consumerSequence: number;
}

/** What has changed among the deliveries of one mailbox. It is told of every hop that lasts, hence in numbers alone. */
export const HeldChange = z.strictObject({
  stream: name,
  durable: name,
  /** Stream sequence and consumer sequence of each, one after the other. */
  taken: z.array(count).refine(({ length }) => length % 2 === 0),
  /** Consumer sequences. */
  released: z.array(count),
});
export type HeldChange = z.infer<typeof HeldChange>;

/** What one replica is doing, as the heartbeat shows it. */
export const ReplicaReport = z.strictObject({
  id: z.string().max(128),
  epoch: count,
  generation: count.optional(),
  state: z.enum(["starting", "available", "busy", "failed"]),
  isTaking: z.boolean().optional(),
  inFlight: count,
  done: count,
  failed: count,
  meanMs: z.number().min(0),
  silentMs: count.optional(),
});
export type ReplicaReport = z.infer<typeof ReplicaReport>;

/** The report of a replica that says nothing of itself, since its host is not up (yet). */
export const silentReplica = (version: string, spec: ReplicaSpec, state: "starting" | "failed"): ReplicaReport => ({
  id: replicaId(version, spec),
  epoch: spec.epoch,
  generation: spec.generation ?? 0,
  state,
  isTaking: false,
  inFlight: 0,
  done: 0,
  failed: 0,
  meanMs: 0,
});

/** A role asks a service of its node; `task` is the one that it runs. All of it is a claim. */
const Ask = z.strictObject({
  type: z.literal("ask"),
  request: count,
  service: name,
  role: name,
  task: name.optional(),
  json: JsonText,
});
export type Ask = z.infer<typeof Ask>;

/** Host to node. */
export const HostEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("ready") }),
  /** The system cannot run here, and starting the host again would end the same way. */
  z.strictObject({ type: z.literal("failed"), code: z.string().max(64), message: text }),
  z.strictObject({
    type: z.literal("report"),
    replicas: z.array(ReplicaReport),
    memoryBytes: count,
    loopP99Ms: z.number().min(0),
  }),
  /** Deliveries taken and let go since the last such message; a delivery that came and went in between is not mentioned. */
  z.strictObject({ type: z.literal("held"), changes: z.array(HeldChange) }),
  z.strictObject({ type: z.literal("flushed"), request: count }),
  /** An actor failed, and restarting it in place may not be enough. */
  z.strictObject({ type: z.literal("failure"), failure: ActorFailure }),
  z.strictObject({ type: z.literal("drained") }),
  /** Asks for a large body; a host has no rights on the store of them. */
  z.strictObject({ type: z.literal("blob"), request: count, ref: BlobRef }),
  /** Asks to store a large body of one of its roles. */
  z.strictObject({ type: z.literal("store_blob"), request: count, role: name, bytes: Bytes }),
  Ask,
  /** The server does not let this role in. */
  z.strictObject({ type: z.literal("refused"), role: name }),
  /** Finished spans, as one request of OTLP. */
  z.strictObject({ type: z.literal("spans"), request: Bytes }),
  /** A line for the message log of a role. */
  z.strictObject({ type: z.literal("message"), role: name, line: z.string().max(MAX_MESSAGE_LINE) }),
  /** All its figures as they are now. */
  z.strictObject({ type: z.literal("metrics"), figures: MetricFigures }),
  /** Nobody waits for these called hops any more: their join was met without them. */
  z.strictObject({ type: z.literal("hops_ended"), task: name, hops: z.array(name).min(1).max(1_000) }),
]);
export type HostEvent = z.infer<typeof HostEvent>;
