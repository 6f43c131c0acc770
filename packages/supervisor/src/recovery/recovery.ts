import { z } from "zod";

const count = z.int().min(0);
const name = z.string().min(1).max(64);

/** What is done about an actor that failed, from the least to the most. */
export const RUNGS = ["restart", "replace", "migrate", "quarantine"] as const;
export const Rung = z.enum(RUNGS);
export type Rung = z.infer<typeof Rung>;

/** A failure of an actor that counts. Times are ms since 1970. */
export const CountedFailure = z.strictObject({
  atMs: z.number(),
  node: name,
  kind: z.enum(["stuck", "exhausted", "host_died"]),
  reason: z.string().max(512),
  message: z.string().max(128).optional(),
});
export type CountedFailure = z.infer<typeof CountedFailure>;

/**
 * Row of `<sys>-recovery`, key = the actor's id with dots: an actor that failed not long ago, and where it stands on the ladder. There is no
 * row of an actor that is well. Changed by compare-and-set, by the leader only.
 */
export const Recovery = z.strictObject({
  v: z.literal(1),
  /** `<version>/<mailbox>/<index>`. */
  actor: z.string().max(128),
  failures: z.array(CountedFailure).max(20),
  /** The last rung that was taken. */
  rung: Rung,
  /** Starts that the ladder asked for, beside those of an operator. From the first on the actor runs in a process of its own. */
  generation: count,
  /** The starts that an operator had asked for by then; another one ends the recovery. */
  operatorGeneration: count,
  /** The node that it left; others come first while they fit. */
  avoids: name.optional(),
  /** It runs nowhere until `trialAtMs`. */
  quarantine: z.strictObject({ sinceMs: z.number(), trialAtMs: z.number() }).optional(),
  /** It runs again since then to see whether it is well. */
  trialSinceMs: z.number().optional(),
  /** When it last failed, or its state last changed. */
  changedMs: z.number(),
  /** Trials so far. */
  trials: count,
  /** Last number of a failure heard from each life of a node, `<node>/<incarnation>`. */
  heard: z.record(z.string(), count),
});
export type Recovery = z.infer<typeof Recovery>;

/** The key of an actor's row. */
export const recoveryKey = (actor: string): string => actor.replaceAll("/", ".");
