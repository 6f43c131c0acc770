/** What a provider says of its limits in the headers of an answer (`x-ratelimit-*`, as OpenAI and many others have them). Pure. */
import { z } from "zod";

/** One limit as a bucket that fills up again: `limit` at most, `remaining` now, full in `fullInMs`. */
export const Observed = z.strictObject({
  limit: z.number().min(1).max(1e12),
  remaining: z.number().min(0).max(1e12),
  fullInMs: z
    .number()
    .min(0)
    .max(86_400_000 * 31),
});
export type Observed = z.infer<typeof Observed>;

/** The two that providers have. Absent = not limited, or not told. */
export const RateLimits = z.strictObject({ requests: Observed.optional(), tokens: Observed.optional() });
export type RateLimits = z.infer<typeof RateLimits>;

const MINUTE_MS = 60_000;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `1m30s`, `120ms`, `6h0m0s`, or plain seconds; `undefined` when it is none of them. */
export function durationMs(text: string): number | undefined {
  if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) return Number(text) * 1_000;
  if (!/^(\d{1,9}(\.\d{1,9})?(ms|s|m|h|d)){1,5}$/.test(text)) return undefined;
  let sum = 0;
  for (const [, amount = "", unit = ""] of text.matchAll(/(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h|d)/g)) {
    sum += Number(amount) * (UNIT_MS[unit] ?? 0);
  }
  return sum;
}

/** The limits in an answer's headers; `undefined` when there are none. What makes no sense is left out. */
export function readRateHeaders(headers: Pick<Headers, "get">): RateLimits | undefined {
  const requests = observedIn(headers, "requests");
  const tokens = observedIn(headers, "tokens");
  if (requests === undefined && tokens === undefined) return undefined;
  return { ...(requests && { requests }), ...(tokens && { tokens }) };
}

function observedIn(headers: Pick<Headers, "get">, what: "requests" | "tokens"): Observed | undefined {
  const limit = Number(headers.get(`x-ratelimit-limit-${what}`) ?? Number.NaN);
  const remaining = Number(headers.get(`x-ratelimit-remaining-${what}`) ?? Number.NaN);
  const fullInMs = durationMs(headers.get(`x-ratelimit-reset-${what}`) ?? "") ?? MINUTE_MS;
  const parsed = Observed.safeParse({ limit, remaining: Math.min(limit, remaining), fullInMs });
  return parsed.success ? parsed.data : undefined;
}
