/** What a role and its node's service `cache` say to one another, and what is kept. */
import { z } from "zod";

export const CACHE_SERVICE = "cache";

/** How long an answer is kept, ms. */
export const ANSWER_KEPT_MS = 3_600_000;
/** How long one is kept that asks for tools: an intermediate result. Ms. */
export const INTERMEDIATE_KEPT_MS = 1_800_000;

const count = z.int().min(0);

/** A model's answer, whole. */
export const CachedAnswer = z.strictObject({
  content: z.string(),
  refusal: z.string().nullable(),
  toolCalls: z.array(z.strictObject({ id: z.string(), name: z.string(), arguments: z.string() })),
  finishReason: z.string(),
  usage: z.strictObject({ inputTokens: count, outputTokens: count, costMicros: count }),
  model: z.string(),
});
export type CachedAnswer = z.infer<typeof CachedAnswer>;

const place = { model: z.string().min(1).max(64), key: z.string().regex(/^[0-9a-f]{64}$/) };

/** Tenant and role are not among it: the node adds them, so nobody reads or writes the answers of others. */
export const CacheQuestion = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("get"), ...place }),
  z.strictObject({ op: z.literal("put"), ...place, answer: CachedAnswer }),
]);

/** Answer to `get`; `null` = not there. To `put` it is `null`. */
export const CacheAnswer = z.strictObject({ answer: CachedAnswer.nullable() });

/** Row of `<sys>-cache`. */
export const CacheRow = z.strictObject({ v: z.literal(1), untilMs: z.number().min(0), answer: CachedAnswer });
export type CacheRow = z.infer<typeof CacheRow>;
