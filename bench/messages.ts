/** What the report and its worker processes say to one another over IPC. */
import { z } from "zod";

/** How a chain carries a task from role to role. */
export const CHAINS = [
  "core",
  "raw",
  "raw-library",
  "hop",
  "traced",
  "accounts",
  "start",
  "raw-fan-out",
  "fan-out",
] as const;
export type ChainName = (typeof CHAINS)[number];

const count = z.int().min(0);

/** What a worker needs to join a chain. Seeds are of throw-away servers. */
export const ChainSettings = z.strictObject({
  chain: z.enum(CHAINS),
  natsUrl: z.string(),
  seed: z.string(),
  /** Of the seed's user. */
  inboxPrefix: z.string(),
  /** Of the seed's user; default that of the account with the streams. */
  apiPrefix: z.string().optional(),
  system: z.string(),
  version: z.string(),
  /** Hex of the roles' keys for hop ids. */
  hopKeys: z.record(z.string(), z.string()),
  /** Messages that a role runs at once. */
  slots: z.int().min(1),
});
export type ChainSettings = z.infer<typeof ChainSettings>;

/** How a worker of the chain connects. */
export const linkOf = ({ natsUrl, seed, inboxPrefix }: ChainSettings) => ({
  servers: natsUrl,
  ...(seed ? { seed } : {}),
  inboxPrefix,
});

/** One measurement: closed loop with `inFlight` tasks, of which those that end in the window count. */
export const Load = z.strictObject({
  inFlight: z.int().min(1),
  warmUpMs: count,
  measureMs: z.int().min(1),
  /** Whether each role journals one step. */
  step: z.boolean(),
});
export type Load = z.infer<typeof Load>;

export const LoadResult = z.strictObject({
  finished: count,
  elapsedMs: z.number().positive(),
  p50Ms: z.number(),
  p99Ms: z.number(),
});
export type LoadResult = z.infer<typeof LoadResult>;

export const Usage = z.strictObject({
  cpuMs: z.number().min(0),
  rssBytes: count,
  /** After a full collection; only of workers that run with `--expose-gc`. */
  heapBytes: count.optional(),
});
export type Usage = z.infer<typeof Usage>;

export const ToWorker = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("join"), role: z.string(), settings: ChainSettings }),
  z.strictObject({ type: z.literal("load"), load: Load }),
  z.strictObject({ type: z.literal("usage") }),
  z.strictObject({ type: z.literal("resize"), replicas: count, concurrency: z.int().min(1) }),
  z.strictObject({ type: z.literal("leave") }),
]);
export type ToWorker = z.infer<typeof ToWorker>;

export const FromWorker = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("joined") }),
  z.strictObject({ type: z.literal("measuring") }),
  z.strictObject({ type: z.literal("measured"), result: LoadResult }),
  z.strictObject({ type: z.literal("used"), usage: Usage }),
  z.strictObject({ type: z.literal("resized") }),
  z.strictObject({ type: z.literal("failed"), message: z.string() }),
]);
export type FromWorker = z.infer<typeof FromWorker>;
