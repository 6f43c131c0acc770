/**
 * Every stream, bucket and durable of a system, in one table. The supervisor creates them; what the server made of them is compared with
 * what was asked for, since an old server ignores settings that it does not know, silently.
 */
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from "@nats-io/jetstream";
import { BUCKETS, type BucketName, NODE_BUCKETS } from "../contracts/stores.ts";
import type { Subjects } from "../contracts/subjects.ts";
import type { Version } from "../ids.ts";

/** What a system asks of its store; fixed when it is created. */
export interface ResourceSettings {
  readonly subjects: Subjects;
  /** Default 1. */
  readonly shards?: number | undefined;
  /** Copies of every stream: 1 on one server (default), 3 in production. */
  readonly replicas?: number | undefined;
  /** Largest size of one shard's log, bytes; default no limit but the disk. */
  readonly maxLogBytes?: number | undefined;
}

export type StreamSpec = Partial<StreamConfig> & { readonly name: string };
export type DurableSpec = Partial<ConsumerConfig> & { readonly durable_name: string };

const SECOND = 1_000_000_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
const MEBIBYTE = 1024 * 1024;

/**
 * Durables of the ingress, which gateways share: the `queue` messages, and accepted tasks that wait for admission, a durable a class, so that
 * a backlog of one class does not stand before another.
 */
export const INGRESS_DURABLES = ["queue", "interactive", "normal", "batch"] as const;
export type IngressDurable = (typeof INGRESS_DURABLES)[number];

/** All streams, buckets included. */
export function streamSpecs(settings: ResourceSettings): StreamSpec[] {
  const { shards = 1 } = settings;
  return [
    ...Array.from({ length: shards }, (_, shard) => logSpec(settings, shard)),
    ...plainSpecs(settings),
    ...BUCKETS.map((name) => bucketSpec(settings, name)),
  ];
}

const common = ({ replicas = 1 }: ResourceSettings): Partial<StreamConfig> => ({
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  num_replicas: replicas,
  allow_direct: true,
});

/** Every subject takes one message, for ever. */
const WRITE_ONCE = { max_msgs_per_subject: 1, discard: DiscardPolicy.New, discard_new_per_subject: true } as const;

/** The log of one shard. No age limit: an open task may wait for weeks; the janitor removes finished ones. */
function logSpec(settings: ResourceSettings, shard: number): StreamSpec {
  const { subjects, maxLogBytes = -1 } = settings;
  const { system } = subjects;
  return {
    ...common(settings),
    ...WRITE_ONCE,
    name: subjects.logStream(shard),
    subjects: [`${system}.log.${shard}.>`],
    max_bytes: maxLogBytes,
    max_age: 0,
    deny_delete: false,
    deny_purge: true,
    allow_rollup_hdrs: false,
    republish: {
      src: `${system}.log.${shard}.*.*.end.end.t.done.client`,
      dest: `${system}.events.done.{{wildcard(2)}}`,
      headers_only: true,
    },
  };
}

function plainSpecs(settings: ResourceSettings): StreamSpec[] {
  const { subjects } = settings;
  const { system } = subjects;
  const kept = common(settings);
  const once = { ...kept, ...WRITE_ONCE, deny_purge: true };
  return [
    {
      ...kept,
      // What was admitted is in the log: kept here as well, it would fill the stream and close the door.
      retention: RetentionPolicy.Workqueue,
      name: subjects.stream("INGRESS"),
      subjects: [`${system}.tasks.*.queue`, `${system}.ingress.>`],
      discard: DiscardPolicy.New,
      max_age: 7 * DAY,
      max_bytes: 1024 * MEBIBYTE,
    },
    { ...once, name: subjects.stream("KEYS"), subjects: [`${system}.key.*`], max_age: 24 * HOUR },
    { ...once, name: subjects.stream("ARCHIVE"), subjects: [`${system}.archive.*.*`], max_age: 30 * DAY },
    { ...once, name: subjects.stream("BLOBS"), subjects: [`${system}.blob.*.*.*`], max_age: 30 * DAY },
    // No age: the code of a version is needed for as long as the version runs.
    { ...kept, ...WRITE_ONCE, name: subjects.stream("BUNDLES"), subjects: [`${system}.bundle.*.*`] },
    { ...kept, name: subjects.stream("CONTROL"), subjects: [`${system}.control.event.>`], max_age: 30 * DAY },
    {
      ...kept,
      name: subjects.stream("COUNTS"),
      subjects: [`${system}.count.*.*.*`],
      // Windows are minutes long, and a lost one only lets somebody in again: none of it is worth a disk's time.
      storage: StorageType.Memory,
      allow_msg_counter: true,
      max_msgs_per_subject: 1,
      max_age: HOUR / 4,
      max_bytes: 64 * MEBIBYTE,
    },
    {
      ...kept,
      name: subjects.stream("AUDIT"),
      subjects: [`${system}.audit.>`],
      discard: DiscardPolicy.New,
      deny_delete: true,
      deny_purge: true,
    },
  ];
}

/** Laid out as the client libraries lay out a KV bucket with history 1, so that `nats kv` shows it. */
function bucketSpec(settings: ResourceSettings, name: BucketName): StreamSpec {
  const { subjects } = settings;
  return {
    ...common(settings),
    name: subjects.bucketStream(name),
    subjects: [subjects.row(name, ">")],
    max_msgs_per_subject: 1,
    discard: DiscardPolicy.New,
    allow_rollup_hdrs: true,
    deny_delete: true,
    deny_purge: false,
    // What nodes keep for their hosts is of use for a while only.
    ...(NODE_BUCKETS.some((bucket) => bucket === name) ? { allow_msg_ttl: true } : {}),
    ...(name === "slo" ? { max_age: 32 * DAY } : {}),
    ...(name === "cache" ? { max_bytes: 256 * MEBIBYTE, discard: DiscardPolicy.Old } : {}),
    republish: { src: subjects.row(name, ">"), dest: subjects.rowChanged(name, ">"), headers_only: true },
  };
}

/** The durable of one mailbox: what nodes pull from. One filter, since several are five times slower on a backlog. */
export function mailboxDurable(
  { subjects, replicas = 1 }: ResourceSettings,
  shard: number,
  version: Version,
  mailbox: string,
): DurableSpec {
  return {
    ...durableDefaults(replicas),
    durable_name: subjects.durable(version, mailbox),
    filter_subject: subjects.mailbox(shard, version, mailbox),
  };
}

/** The durables of the ingress stream. */
export function ingressDurables({ subjects, replicas = 1 }: ResourceSettings): DurableSpec[] {
  const { system } = subjects;
  return INGRESS_DURABLES.map((name) => ({
    ...durableDefaults(replicas),
    durable_name: name,
    filter_subject: name === "queue" ? `${system}.tasks.*.queue` : `${system}.ingress.${name}.*`,
  }));
}

const durableDefaults = (replicas: number): Partial<ConsumerConfig> => ({
  ack_policy: AckPolicy.Explicit,
  deliver_policy: DeliverPolicy.All,
  ack_wait: 6 * SECOND,
  max_deliver: -1,
  // Pulls bound the work; this only must never be the smaller bound.
  max_ack_pending: 1_000_000,
  max_waiting: 4_096,
  num_replicas: replicas,
});
