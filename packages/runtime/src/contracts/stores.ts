/** Names of the streams and buckets of a system, before its own name is put in front of them. */

/** Streams besides the log. */
export const STREAMS = ["INGRESS", "KEYS", "ARCHIVE", "CONTROL", "AUDIT", "BLOBS", "BUNDLES", "COUNTS"] as const;
export type StreamName = (typeof STREAMS)[number];
/** Rows that nodes share for their hosts; they write them as well. */
export const NODE_BUCKETS = ["budgets", "cache", "limits"] as const;
/** Buckets with compare-and-set rows. */
export const BUCKETS = [
  "desired",
  "members",
  "placement",
  "leases",
  "recovery",
  "api-keys",
  "slo",
  "push",
  ...NODE_BUCKETS,
] as const;
export type BucketName = (typeof BUCKETS)[number];
