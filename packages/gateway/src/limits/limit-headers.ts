/** What a caller is told of its limits (draft-ietf-httpapi-ratelimit-headers-11). Pure. */
import { TroupeError } from "@troupe/runtime/internal";
import type { LimitVerdict } from "./rate-limiter.ts";

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1_000));

/** `RateLimit-Policy` names every limit, `RateLimit` what is left of each. */
export function limitHeaders(verdicts: readonly LimitVerdict[]): Record<string, string> {
  if (verdicts.length === 0) return {};
  const policy = verdicts.map(({ limit }) => `"${limit.name}";q=${limit.quota};w=${seconds(limit.windowMs)}`);
  const left = verdicts.map(({ limit, remaining, resetMs }) => `"${limit.name}";r=${remaining};t=${seconds(resetMs)}`);
  return { "ratelimit-policy": policy.join(", "), ratelimit: left.join(", ") };
}

/** The refusal by one limit. */
export function limitReached({ limit, resetMs }: LimitVerdict): TroupeError {
  const message = `more than ${limit.quota} requests in ${seconds(limit.windowMs)} s (limit "${limit.name}")`;
  return new TroupeError("rate_limited", message, {
    details: { limit: limit.name, quota: limit.quota, retry_after_ms: Math.max(1_000, Math.ceil(resetMs)) },
  });
}
